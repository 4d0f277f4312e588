/**
 * Scalars as PyYAML reads them: YAML 1.1 with PyYAML's own idea of it (`y` and `n` are text, `1e3` is text, 010 is 8,
 * 1:30 is 90), and Python's way of turning them into text and numbers, since octoDNS passes names and values through `str()`,
 * `int()` and `float()`. Facts taken from PyYAML 6.0's implicit resolvers; hides them from every other reader.
 *
 * Built by `yaml-document.ts`, read by the octoDNS validators through `yaml-node.ts`.
 */

/** A value without children. `date` and `bytes` keep Python's text form. */
export type ScalarValue =
  | { readonly type: 'str'; readonly value: string }
  | { readonly type: 'int'; readonly value: bigint | number }
  | { readonly type: 'float'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'null' }
  | { readonly type: 'date'; readonly value: string }
  | { readonly type: 'bytes'; readonly value: string };

const NULL: ScalarValue = { type: 'null' };
const TRUE: ScalarValue = { type: 'bool', value: true };
const FALSE: ScalarValue = { type: 'bool', value: false };

const BOOL = /^(?:yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF)$/;
const BOOL_TRUE = /^(?:yes|true|on)$/i;
const INT =
  /^(?:[-+]?0b[01_]+|[-+]?0[0-7_]+|[-+]?(?:0|[1-9][0-9_]*)|[-+]?0x[0-9a-fA-F_]+|[-+]?[1-9][0-9_]*(?::[0-5]?[0-9])+)$/;
const FLOAT =
  /^(?:[-+]?[0-9][0-9_]*\.[0-9_]*(?:[eE][-+][0-9]+)?|\.[0-9][0-9_]*(?:[eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+\.[0-9_]*|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;
const TIMESTAMP =
  /^(\d{4})-(\d\d?)-(\d\d?)(?:(?:[Tt]|[ \t]+)(\d\d?):(\d\d):(\d\d)(?:\.(\d*))?(?:[ \t]*(Z|([-+])(\d\d?)(?::(\d\d))?))?)?$/;
const DATE_ONLY = /^\d{4}-\d\d-\d\d$/;

/** What a plain scalar written as `text` means, or a sentence when PyYAML cannot build what it takes it for. */
export function resolvePlainScalar(text: string): ScalarValue | string {
  const first = text.charCodeAt(0);
  if (text === '' || text === '~' || text === 'null' || text === 'Null' || text === 'NULL') return NULL;
  const isNumeric = (first >= 0x30 && first <= 0x39) || first === 0x2b || first === 0x2d || first === 0x2e;
  if (!isNumeric) {
    // Only these letters can start a boolean; everything else is text, which is most of a zone file.
    if (text.length <= 5 && 'yYnNtTfFoO'.includes(text.charAt(0)) && BOOL.test(text)) {
      return BOOL_TRUE.test(text) ? TRUE : FALSE;
    }
    if (text === '=' || text === '<<') return `"${text}" has a meaning of its own in YAML 1.1: quote it`;
    return { type: 'str', value: text };
  }
  if (INT.test(text)) return parseYamlInt(text);
  if (FLOAT.test(text)) return parseYamlFloat(text);
  if (TIMESTAMP.test(text) && (text.length > 10 || DATE_ONLY.test(text))) return parseYamlTimestamp(text);
  return { type: 'str', value: text };
}

/** What `text` means under an explicit YAML 1.1 tag (`!!int`), or a sentence why it means nothing. */
export function resolveTaggedScalar(tag: string, text: string): ScalarValue | string {
  switch (tag) {
    case 'tag:yaml.org,2002:str':
      return { type: 'str', value: text };
    case 'tag:yaml.org,2002:null':
      return NULL;
    case 'tag:yaml.org,2002:bool':
      if (!/^(?:yes|no|true|false|on|off)$/i.test(text)) return `"${text.slice(0, 40)}" is not a boolean`;
      return BOOL_TRUE.test(text) ? TRUE : FALSE;
    case 'tag:yaml.org,2002:int':
      return INT.test(text) ? parseYamlInt(text) : `"${text.slice(0, 40)}" is not an integer`;
    case 'tag:yaml.org,2002:float': {
      const number = FLOAT.test(text) ? parseYamlFloat(text) : parsePythonFloat(text);
      return typeof number === 'number' ? { type: 'float', value: number } : number;
    }
    case 'tag:yaml.org,2002:timestamp':
      return parseYamlTimestamp(text);
    case 'tag:yaml.org,2002:binary':
      return { type: 'bytes', value: `b'${text.replace(/\s/g, '')}'` };
    default:
      return `could not determine a constructor for the tag '${tag.slice(0, 80)}'`;
  }
}

/** Python's `str()` of a scalar. */
export function scalarText(scalar: ScalarValue): string {
  switch (scalar.type) {
    case 'str':
    case 'date':
    case 'bytes':
      return scalar.value;
    case 'int':
      return String(scalar.value);
    case 'float':
      return pythonFloatText(scalar.value);
    case 'bool':
      return scalar.value ? 'True' : 'False';
    case 'null':
      return 'None';
  }
}

/** Python's truth of a scalar. */
export function isTruthyScalar(scalar: ScalarValue): boolean {
  switch (scalar.type) {
    case 'null':
      return false;
    case 'bool':
      return scalar.value;
    case 'int':
      return scalar.value !== 0 && scalar.value !== 0n;
    case 'float':
      return scalar.value !== 0;
    case 'str':
      return scalar.value !== '';
    case 'bytes':
      return scalar.value !== "b''";
    case 'date':
      return true;
  }
}

/**
 * Python's `int()`: the whole number, or how it fails: `value` (ValueError, a text that is no number), `type` (TypeError,
 * not something that has a number) or `overflow` (an infinity). octoDNS tells the first and dies of the others.
 */
export function scalarToInt(scalar: ScalarValue): number | 'value' | 'type' | 'overflow' {
  switch (scalar.type) {
    case 'int':
      return Number(scalar.value);
    case 'bool':
      return scalar.value ? 1 : 0;
    case 'float':
      if (Number.isNaN(scalar.value)) return 'value';
      return Number.isFinite(scalar.value) ? Math.trunc(scalar.value) : 'overflow';
    case 'str': {
      const text = scalar.value.trim();
      return /^[-+]?\d+(?:_\d+)*$/.test(text) ? Number(text.replaceAll('_', '')) : 'value';
    }
    default:
      return 'type';
  }
}

/** Python's `float()`, failing as {@link scalarToInt}. */
export function scalarToFloat(scalar: ScalarValue): number | 'value' | 'type' {
  if (scalar.type === 'int' || scalar.type === 'float') return Number(scalar.value);
  if (scalar.type === 'bool') return scalar.value ? 1 : 0;
  if (scalar.type !== 'str') return 'type';
  const number = parsePythonFloat(scalar.value);
  return typeof number === 'number' ? number : 'value';
}

/** Python's `repr()` of a float: the shortest digits, with exponents from 1e16 and below 1e-4. */
export function pythonFloatText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  if (Object.is(value, -0)) return '-0.0';
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e16 || size < 1e-4)) {
    const [digits, exponent] = value.toExponential().split('e');
    const power = Number(exponent);
    return `${digits}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  const text = String(value);
  return text.includes('.') ? text : `${text}.0`;
}

function parseYamlInt(text: string): ScalarValue | string {
  let digits = text.replaceAll('_', '');
  const negative = digits.startsWith('-');
  if (negative || digits.startsWith('+')) digits = digits.slice(1);
  const number = magnitude(digits);
  if (number === null) return `"${text.slice(0, 40)}" is not an integer`;
  const value = negative ? -number : number;
  return {
    type: 'int',
    value:
      typeof value === 'bigint' && value <= Number.MAX_SAFE_INTEGER && value >= -Number.MAX_SAFE_INTEGER
        ? Number(value)
        : value,
  };
}

function magnitude(digits: string): bigint | number | null {
  if (digits === '0') return 0;
  if (digits.length > 4_300) return null; // Python refuses longer ones too
  if (digits.startsWith('0b')) return digits.length > 2 ? BigInt(digits) : null;
  if (digits.startsWith('0x')) return digits.length > 2 ? BigInt(digits) : null;
  if (digits.startsWith('0')) return /^[0-7]+$/.test(digits) ? BigInt(`0o${digits}`) : null;
  if (digits.includes(':')) return sexagesimal(digits.split(':'));
  return digits.length <= 15 ? Number(digits) : BigInt(digits);
}

function sexagesimal(parts: readonly string[]): number | null {
  const total = parts.reduce((sum, part) => sum * 60 + Number(part), 0);
  return Number.isFinite(total) ? total : null;
}

function parseYamlFloat(text: string): ScalarValue {
  let digits = text.replaceAll('_', '').toLowerCase();
  const sign = digits.startsWith('-') ? -1 : 1;
  if (digits.startsWith('-') || digits.startsWith('+')) digits = digits.slice(1);
  if (digits === '.inf') return { type: 'float', value: sign * Number.POSITIVE_INFINITY };
  if (digits === '.nan') return { type: 'float', value: Number.NaN };
  if (digits.includes(':')) {
    return { type: 'float', value: sign * digits.split(':').reduce((sum, part) => sum * 60 + Number(part), 0) };
  }
  return { type: 'float', value: sign * Number(digits) };
}

/** `float(text)` of Python, or a sentence. */
function parsePythonFloat(source: string): number | string {
  const text = source.trim().toLowerCase();
  if (/^[-+]?(?:inf|infinity)$/.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[-+]?nan$/.test(text)) return Number.NaN;
  if (/^[-+]?(?:\d+(?:_\d+)*\.?(?:\d+(?:_\d+)*)?|\.\d+(?:_\d+)*)(?:e[-+]?\d+(?:_\d+)*)?$/.test(text)) {
    return Number(text.replaceAll('_', ''));
  }
  return `"${source.slice(0, 40)}" is not a number`;
}

/** Python's text of a `date` or `datetime`. */
function parseYamlTimestamp(text: string): ScalarValue | string {
  const match = TIMESTAMP.exec(text);
  const fail = `"${text.slice(0, 40)}" is not a date`;
  if (match === null) return fail;
  const [year, month, day, hour, minute, second] = [1, 2, 3, 4, 5, 6].map((i) => Number(match[i] ?? 0)) as number[];
  if (year! < 1 || month! < 1 || month! > 12 || day! < 1 || day! > daysInMonth(year!, month!)) return fail;
  const date = `${String(year).padStart(4, '0')}-${pad(month!)}-${pad(day!)}`;
  if (match[4] === undefined) return { type: 'date', value: date };
  if (hour! > 23 || minute! > 59 || second! > 59) return fail;
  const fraction = (match[7] ?? '').slice(0, 6).padEnd(6, '0');
  const zone =
    match[8] === undefined
      ? ''
      : match[8] === 'Z'
        ? '+00:00'
        : `${match[9]}${pad(Number(match[10]))}:${match[11] ?? '00'}`;
  const time = `${pad(hour!)}:${pad(minute!)}:${pad(second!)}`;
  return { type: 'date', value: `${date} ${time}${fraction === '000000' ? '' : `.${fraction}`}${zone}` };
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return [4, 6, 9, 11].includes(month) ? 30 : 31;
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28;
}

function pad(number: number): string {
  return String(number).padStart(2, '0');
}
