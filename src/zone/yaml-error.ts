/**
 * Words of the YAML library as a fault tells them: without the text that it quotes from the file, which may be all of a file that is
 * none of the operator's (a secret, an archive), and of bounded length. Used where files of operators are parsed.
 */

/** A sentence of the library and an anchor's or tag's name. */
const WORDS_CHARS_MAX = 200;

/** What `message` of a `YAMLParseError` says is wrong, and nothing of the file but a short name. */
export function yamlErrorText(message: string): string {
  const quoted = message.indexOf(': "');
  const words = quoted < 0 ? message : message.slice(0, quoted);
  return words.length > WORDS_CHARS_MAX ? `${words.slice(0, WORDS_CHARS_MAX)}…` : words;
}
