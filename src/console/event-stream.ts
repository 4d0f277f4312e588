/**
 * Server-sent events out of the octets of a response (HTML Living Standard 9.2.6). The browser's EventSource cannot send a token, so
 * the page reads the stream itself.
 */

/** One event; `id` is the last that the stream named. */
export type StreamEvent = { readonly type: string; readonly data: string; readonly id: string };

/** Characters of an event that is not complete: far above what a node sends, so that a stream without end ends here. */
const EVENT_CHARS_MAX = 16_000_000;

/** Takes text as it comes and gives the events that it completes. */
export class EventStreamReader {
  #rest = '';
  #type = '';
  #data: string[] = [];
  #id = '';

  /** Throws when an event passes its limit. */
  take(text: string): StreamEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? '';
    if (this.#rest.length > EVENT_CHARS_MAX) throw new Error(`an event of over ${EVENT_CHARS_MAX} characters`);
    return lines.flatMap((line) => this.#takeLine(line));
  }

  #takeLine(line: string): StreamEvent[] {
    if (line === '') return this.#finish();
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'event') this.#type = value;
    else if (field === 'data') this.#data.push(value);
    else if (field === 'id' && !value.includes('\0')) this.#id = value;
    return [];
  }

  #finish(): StreamEvent[] {
    const event = { type: this.#type === '' ? 'message' : this.#type, data: this.#data.join('\n'), id: this.#id };
    const isEmpty = this.#data.length === 0;
    this.#type = '';
    this.#data = [];
    return isEmpty ? [] : [event];
  }
}
