/** The options of an answer's OPT record as octets: foreign decoders take those they know apart, each in its own way. */

export type RawOption = { readonly code: number; readonly data: Uint8Array };

/** In the order in which they stand; null without OPT. The OPT must be the last record and owned by the root. */
export function readOptions(message: Uint8Array): RawOption[] | null {
  const additional = (message[10]! << 8) | message[11]!;
  if (additional === 0) return null;
  // From the end: RDLENGTH must be that of what follows it, behind the only place where TYPE OPT can stand.
  for (let at = message.length - 11; at >= 12; at--) {
    const isOpt = message[at] === 0 && message[at + 1] === 0 && message[at + 2] === 41;
    const length = (message[at + 9]! << 8) | message[at + 10]!;
    if (!isOpt || at + 11 + length !== message.length) continue;
    const options = split(message.subarray(at + 11));
    if (options !== null) return options;
  }
  return null;
}

/** The content of the option `code` in hexadecimal; null without it. */
export function optionHex(message: Uint8Array | null, code: number): string | null {
  const option = message === null ? undefined : readOptions(message)?.find((candidate) => candidate.code === code);
  return option === undefined ? null : Buffer.from(option.data).toString('hex');
}

function split(rdata: Uint8Array): RawOption[] | null {
  const options: RawOption[] = [];
  for (let at = 0; at < rdata.length; ) {
    if (at + 4 > rdata.length) return null;
    const code = (rdata[at]! << 8) | rdata[at + 1]!;
    const end = at + 4 + ((rdata[at + 2]! << 8) | rdata[at + 3]!);
    if (end > rdata.length) return null;
    options.push({ code, data: rdata.slice(at + 4, end) });
    at = end;
  }
  return options;
}
