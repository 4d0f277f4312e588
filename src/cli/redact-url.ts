/** Secrets stay out of log lines, status and errors: a URL is shown without its user and password. */

/** `redis://***@host:6379/0` for a URL with credentials, the URL itself without; text that is no URL is not repeated. */
export function redactUrl(text: string): string {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return '(not a URL)';
  }
  const secret = url.username !== '' || url.password !== '';
  const database = url.pathname === '/' ? '' : url.pathname;
  return `${url.protocol}//${secret ? '***@' : ''}${url.host}${database}`;
}
