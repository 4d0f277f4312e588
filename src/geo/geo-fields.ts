/** Fields of the geo-data files, read from their YAML nodes with a fault at the right place when they are not what they should be. */

import type { FaultSink } from '../zone/fault-sink.ts';
import { placeOfNode, textOf, type YamlMap, type YamlNode, type YamlScalar } from '../zone/yaml-node.ts';
import { scalarText } from '../zone/yaml-scalar.ts';

/** Reads one file's nodes; tells `sink` what is wrong. */
export class GeoFields {
  readonly #sink: FaultSink;
  readonly #path: string;
  readonly #text: string;

  constructor(sink: FaultSink, path: string, text: string) {
    this.#sink = sink;
    this.#path = path;
    this.#text = text;
  }

  fault(code: string, message: string, node: YamlNode): void {
    this.#sink.error(code, message, placeOfNode(node));
  }

  lineOf(node: YamlNode): number {
    return placeOfNode(node).line;
  }

  /** A key as text; null for keys that YAML takes for something else (`on`, `12`). */
  keyText(key: YamlScalar): string | null {
    return textOf(key);
  }

  text(node: YamlNode, field: string): string | null {
    const text = textOf(node);
    if (text === null || text === '') this.fault('geo-form', `${field} is a text: quote it`, node);
    return text === '' ? null : text;
  }

  /**
   * A short code, in upper case. YAML 1.1 takes NO (Norway) and ON (Ontario) for booleans and 01 for a number; what the operator
   * wrote is what counts.
   */
  code(node: YamlNode): string | null {
    if (node.kind !== 'scalar') return null;
    const { type } = node.scalar;
    const written = type === 'str' ? node.scalar.value : type === 'bool' || type === 'int' ? this.#writtenAt(node) : '';
    return /^[A-Za-z0-9]{1,3}$/.test(written) ? written.toUpperCase() : null;
  }

  /** A number within -bound..bound. */
  degrees(node: YamlNode, field: string, bound: number): number | null {
    const scalar = node.kind === 'scalar' ? node.scalar : null;
    const degrees =
      scalar !== null && (scalar.type === 'int' || scalar.type === 'float') ? Number(scalar.value) : Number.NaN;
    if (Math.abs(degrees) <= bound) return degrees;
    this.fault('coordinates-range', `${field} is a number of degrees from -${bound} to ${bound}`, node);
    return null;
  }

  /** A fault for each key of `map` that is not in `known`. */
  refuseOthers(map: YamlMap, known: readonly string[]): void {
    for (const { key } of map.entries.values()) {
      const name = textOf(key);
      if (name === null || !known.includes(name)) {
        this.fault('key-unknown', `unknown key ${scalarText(key.scalar).slice(0, 60)}: use ${known.join(', ')}`, key);
      }
    }
  }

  /**
   * A fault for each key that starts a second line: YAML lets the last one win in silence, which in a list of networks or regions is
   * never meant.
   */
  refuseRepeatedKeys(): void {
    const lines = new Map<string, number>();
    for (const [i, line] of this.#text.split(/\r\n|\r|\n/).entries()) {
      const found = /^(?:"([^"]*)"|'([^']*)'|([^\s#"'{[-][^\s]*?))\s*:(?:\s|$)/.exec(line);
      const key = found?.[1] ?? found?.[2] ?? found?.[3];
      if (key === undefined || key === '<<') continue;
      const earlier = lines.get(key);
      if (earlier === undefined) lines.set(key, i + 1);
      else {
        const place = { file: this.#path, line: i + 1, column: 1 };
        this.#sink.error('key-duplicate', `${key.slice(0, 60)} stands in line ${earlier} already`, place);
      }
    }
  }

  /** The plain scalar as it stands in the file; empty for what came from elsewhere. */
  #writtenAt(node: YamlNode): string {
    if (node.file.path !== this.#path) return '';
    return /^[A-Za-z0-9]*/.exec(this.#text.slice(node.at, node.at + 8))?.[0] ?? '';
  }
}
