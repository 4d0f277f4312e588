/** RDATA from one line of text and back, for tests of single record types. */

import { typeCode } from '../../../src/wire/codes.ts';
import { rdataFromText, rdataToText } from '../../../src/wire/rdata.ts';
import { isRdataFault } from '../../../src/wire/rdata-token.ts';

/** The wire form in hex of words with blanks between, or `fault WORD: message`. */
export function wireOf(type: string, text: string): string {
  const words = text.split(' ').filter((word) => word !== '');
  const tokens = words.map((word) => ({ text: word, quoted: false }));
  const rdata = rdataFromText(typeCode(type), tokens, null);
  return isRdataFault(rdata) ? `fault ${rdata.token}: ${rdata.message}` : Buffer.from(rdata).toString('hex');
}

/** The presentation form of octets in hex. */
export function textOfWire(type: string, hex: string): string {
  return rdataToText(typeCode(type), Buffer.from(hex, 'hex'));
}
