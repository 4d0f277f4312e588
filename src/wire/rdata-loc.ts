/**
 * LOC: where on Earth (RFC 1876). Wire form, 16 octets:
 *
 *     version 0 | size | horizontal precision | vertical precision | latitude | longitude | altitude
 *
 * Sizes are one digit times a power of ten of centimetres, a nibble each; latitude and longitude are thousandths of a second
 * of arc above 2^31; altitude is centimetres above 100,000 m below the WGS 84 spheroid.
 */

import type { RdataField } from './rdata-field.ts';
import type { OctetReader, OctetWriter } from './rdata-octets.ts';
import { quoteForFault, type TokenCursor } from './rdata-token.ts';

const EQUATOR = 0x80000000;
const DEGREE = 3_600_000;
const SEA_LEVEL_CM = 10_000_000;
const ALTITUDE_MAX_CM = 0xffffffff - SEA_LEVEL_CM;
const SIZE_MAX_CM = 9_000_000_000;
/** What RFC 1876 3 says of sizes left out: 1 m, 10,000 m, 10 m. */
const SIZES_DEFAULT_CM = [100, 1_000_000, 1_000] as const;
const SIZE_LABELS = ['size', 'horizontal precision', 'vertical precision'] as const;

/** All of LOC's RDATA as one field: the words have no fixed number. */
export const LOC_FIELD: RdataField = {
  label: 'degrees [minutes [seconds]] N|S degrees [minutes [seconds]] E|W altitude[m] [size[m] [hp[m] [vp[m]]]]',
  parse: parseLoc,
  format: formatLoc,
};

function parseLoc(from: TokenCursor, out: OctetWriter): string | null {
  const latitude = readAngle(from, 'latitude', 90, 'N', 'S');
  if (typeof latitude === 'string') return latitude;
  const longitude = readAngle(from, 'longitude', 180, 'E', 'W');
  if (typeof longitude === 'string') return longitude;
  const altitude = readMetres(from, 'altitude', -SEA_LEVEL_CM, ALTITUDE_MAX_CM);
  if (typeof altitude === 'string') return altitude;
  out.uint(0, 1);
  for (const [i, label] of SIZE_LABELS.entries()) {
    let size: number | string = SIZES_DEFAULT_CM[i]!;
    if (from.at < from.tokens.length) size = readMetres(from, label, 0, SIZE_MAX_CM);
    if (typeof size === 'string') return size;
    out.uint(encodeSize(size), 1);
  }
  out.uint(EQUATOR + latitude, 4);
  out.uint(EQUATOR + longitude, 4);
  out.uint(altitude + SEA_LEVEL_CM, 4);
  return null;
}

/** Degrees, minutes and seconds up to a hemisphere, in signed thousandths of a second, or a fault. */
function readAngle(from: TokenCursor, label: string, degreesMax: number, plus: string, minus: string): number | string {
  const parts: number[] = [];
  const limits = [degreesMax * DEGREE, 59 * 60_000, 59_999];
  const units = [DEGREE, 60_000, 1_000];
  for (;;) {
    const token = from.tokens[from.at];
    if (token === undefined) return `${label} is missing`;
    const upper = token.text.toUpperCase();
    if (parts.length > 0 && (upper === plus || upper === minus)) {
      const total = parts.reduce((sum, part) => sum + part, 0);
      if (total > degreesMax * DEGREE) return `${label} must be at most ${degreesMax} degrees`;
      from.at++;
      return upper === plus ? total : -total;
    }
    const i = parts.length;
    if (i === 3) return `${label} must end with ${plus} or ${minus}, not ${quoteForFault(token.text)}`;
    const match = (i === 2 ? /^\d{1,2}(\.\d{1,3})?$/ : /^\d{1,3}$/).exec(token.text);
    const part = match === null ? Number.NaN : Math.round(Number(token.text) * units[i]!);
    if (!(part <= limits[i]!)) {
      return `${label} must be degrees 0..${degreesMax}, minutes 0..59 and seconds 0..59.999, then ${plus} or ${minus}, not ${quoteForFault(token.text)}`;
    }
    parts.push(part);
    from.at++;
  }
}

/** Metres with up to two decimals and perhaps `m`, in centimetres, or a fault. */
function readMetres(from: TokenCursor, label: string, min: number, max: number): number | string {
  const token = from.tokens[from.at];
  if (token === undefined) return `${label} is missing`;
  const match = /^([+-]?\d{1,9}(?:\.\d{0,2})?)m?$/i.exec(token.text);
  const centimetres = match === null ? Number.NaN : Math.round(Number(match[1]) * 100);
  if (!(centimetres >= min && centimetres <= max)) {
    return `${label} must be metres from ${min / 100} to ${max / 100} with at most two decimals, not ${quoteForFault(token.text)}`;
  }
  from.at++;
  return centimetres;
}

/** One digit and one exponent; what one digit cannot say is cut off, as in RFC 1876's own code. */
function encodeSize(centimetres: number): number {
  let digit = centimetres;
  let exponent = 0;
  for (; digit >= 10; exponent++) digit = Math.floor(digit / 10);
  return (digit << 4) | exponent;
}

function formatLoc(from: OctetReader): string | null {
  if (from.left !== 16 || from.uint(1) !== 0) return null;
  const sizes = [from.uint(1), from.uint(1), from.uint(1)];
  if (sizes.some((size) => size >> 4 > 9 || (size & 15) > 9)) return null;
  const latitude = from.uint(4) - EQUATOR;
  const longitude = from.uint(4) - EQUATOR;
  const altitude = from.uint(4) - SEA_LEVEL_CM;
  if (Math.abs(latitude) > 90 * DEGREE || Math.abs(longitude) > 180 * DEGREE) return null;
  const metres = sizes.map((size) => `${((size >> 4) * 10 ** (size & 15) * 0.01).toFixed(2)}m`);
  const where = `${formatAngle(latitude, 'N', 'S')} ${formatAngle(longitude, 'E', 'W')}`;
  return `${where} ${(altitude / 100).toFixed(2)}m ${metres.join(' ')}`;
}

function formatAngle(thousandths: number, plus: string, minus: string): string {
  const size = Math.abs(thousandths);
  const seconds = ((size % 60_000) / 1000).toFixed(3);
  return `${Math.floor(size / DEGREE)} ${Math.floor(size / 60_000) % 60} ${seconds} ${thousandths < 0 ? minus : plus}`;
}
