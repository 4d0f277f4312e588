/**
 * The operator's own geography: geo-data/regions.yaml and geo-data/networks.yaml, from text to checked data. Every fault of a file is
 * found in one reading and carries its line and column; a file with an error is the caller's to refuse as a whole.
 *
 *   regions.yaml    eu-west: {name: Ireland, latitude: 53.35, longitude: -6.26}     optional: country, province
 *   networks.yaml   10.20.0.0/16: {country: DE, province: null, latitude: 52.5, longitude: 13.4}
 *                   198.51.100.0/24: {region: us-east}     the region's coordinates, and its country and province if it says
 */

import type { Fault } from '../base/fault.ts';
import { formatIpPrefix, parseIpPrefix } from '../base/ip-prefix.ts';
import { NETWORKS_MAX, REGIONS_MAX } from '../base/limits.ts';
import { createFaultSink } from '../zone/fault-sink.ts';
import { continentOfCountry } from '../zone/geo-codes.ts';
import { createYamlBudget, readYamlDocument } from '../zone/yaml-document.ts';
import { fieldOf, isNullNode, type YamlMap, type YamlNode, type YamlScalar } from '../zone/yaml-node.ts';
import { GeoFields } from './geo-fields.ts';
import type { NetworkOverride } from './network-override.ts';
import { isProvinceCode } from './province-names.ts';
import type { Region } from './region.ts';

const REGION_FIELDS = ['name', 'latitude', 'longitude', 'country', 'province'];
const NETWORK_FIELDS = ['region', 'country', 'province', 'latitude', 'longitude'];
/** Names go into commands, keys of the shared state and metrics labels. */
const REGION_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** Reads regions.yaml. `regions` holds what is sound, in file order. */
export function readRegions(path: string, text: string): { regions: Region[]; faults: Fault[] } {
  const regions: Region[] = [];
  const faults = readEntries(path, text, REGIONS_MAX, 'REGIONS_MAX', (fields, key, map) => {
    const name = fields.keyText(key);
    if (name === null || !REGION_NAME.test(name)) {
      fields.fault('region-name', 'a region is named with letters, digits, "-", "_" and ".": quote or change it', key);
      return;
    }
    fields.refuseOthers(map, REGION_FIELDS);
    const label = fieldOf(map, 'name');
    const labelText = label === undefined ? name : fields.text(label, 'name');
    const point = readPoint(fields, map);
    const place = readPlace(fields, map);
    if (point === undefined) return;
    if (point === null) {
      fields.fault('coordinates-missing', `region ${name} needs latitude and longitude`, key);
      return;
    }
    regions.push({ name, label: labelText ?? name, ...point, ...place });
  });
  return { regions, faults };
}

/** Reads networks.yaml against the regions it may name. `overrides` holds what is sound, in file order. */
export function readNetworks(
  path: string,
  text: string,
  regions: readonly Region[],
): { overrides: NetworkOverride[]; faults: Fault[] } {
  const overrides: NetworkOverride[] = [];
  const seen = new Map<string, YamlScalar>();
  const byName = new Map(regions.map((region) => [region.name, region]));
  const faults = readEntries(path, text, NETWORKS_MAX, 'NETWORKS_MAX', (fields, key, map) => {
    const written = fields.keyText(key);
    const prefix = written === null ? 'not-an-address' : parseIpPrefix(written);
    if (typeof prefix === 'string') {
      fields.fault(`network-${prefix}`, PREFIX_MESSAGES[prefix], key);
      return;
    }
    const normal = formatIpPrefix(prefix);
    const earlier = seen.get(normal);
    if (earlier !== undefined) {
      fields.fault('network-duplicate', `${normal} stands in line ${fields.lineOf(earlier)} already`, key);
      return;
    }
    seen.set(normal, key);
    fields.refuseOthers(map, NETWORK_FIELDS);
    const region = readRegionOf(fields, map, byName);
    const point = readPoint(fields, map);
    const place = readPlace(fields, map);
    if (region === undefined || point === undefined) return;
    if (NETWORK_FIELDS.every((field) => presentField(map, field) === null)) {
      fields.fault('network-empty', `say where ${normal} is: region, country, or latitude and longitude`, key);
      return;
    }
    const located = point ?? region ?? { latitude: null, longitude: null };
    overrides.push({
      prefix,
      country: place.country ?? region?.country ?? null,
      province: place.country === null ? (region?.province ?? null) : place.province,
      latitude: located.latitude,
      longitude: located.longitude,
      region: region?.name ?? null,
    });
  });
  return { overrides, faults };
}

const PREFIX_MESSAGES = {
  'not-an-address': 'a network is written address/length, e.g. 10.20.0.0/16 or 2001:db8::/32',
  'bad-length': 'the prefix length does not exist for this address',
  'host-bits': 'the address has bits set beyond the prefix length: clear them or lengthen the prefix',
} as const;

type EntryReader = (fields: GeoFields, key: YamlScalar, map: YamlMap) => void;

/** Reads a file that maps keys to mappings, calling `read` for each, and returns its faults. */
function readEntries(path: string, text: string, entriesMax: number, limit: string, read: EntryReader): Fault[] {
  const sink = createFaultSink();
  const noInclude = () => 'geo-data files are read whole, without !include';
  const root = readYamlDocument({ path, text }, noInclude, sink, createYamlBudget());
  if (root === null || isNullNode(root)) return sink.faults();
  const fields = new GeoFields(sink, path, text);
  if (root.kind !== 'map') {
    fields.fault('geo-form', 'the file maps names or networks to their places', root);
    return sink.faults();
  }
  if (root.entries.size > entriesMax) {
    fields.fault('geo-too-many', `${root.entries.size} entries are more than ${limit} = ${entriesMax}`, root);
    return sink.faults();
  }
  fields.refuseRepeatedKeys();
  for (const { key, value } of root.entries.values()) {
    if (value.kind === 'map') read(fields, key, value);
    else fields.fault('geo-form', 'a place is a mapping, e.g. {country: DE, latitude: 52.5, longitude: 13.4}', value);
  }
  return sink.faults();
}

/** The point of an entry: null when it has none, undefined after a fault. */
function readPoint(
  fields: GeoFields,
  map: YamlMap,
): { readonly latitude: number; readonly longitude: number } | null | undefined {
  const latitudeNode = presentField(map, 'latitude');
  const longitudeNode = presentField(map, 'longitude');
  if (latitudeNode === null && longitudeNode === null) return null;
  if (latitudeNode === null || longitudeNode === null) {
    fields.fault('coordinates-missing', 'latitude and longitude stand together', latitudeNode ?? longitudeNode ?? map);
    return undefined;
  }
  const latitude = fields.degrees(latitudeNode, 'latitude', 90);
  const longitude = fields.degrees(longitudeNode, 'longitude', 180);
  return latitude === null || longitude === null ? undefined : { latitude, longitude };
}

/** Country and province of an entry; null where it has none or after a fault. */
function readPlace(
  fields: GeoFields,
  map: YamlMap,
): { readonly country: string | null; readonly province: string | null } {
  const countryNode = presentField(map, 'country');
  const provinceNode = presentField(map, 'province');
  const country = countryNode === null ? null : fields.code(countryNode);
  if (countryNode !== null && (country === null || continentOfCountry(country) === null)) {
    fields.fault(
      'country-unknown',
      'a country is an ISO 3166 code of two letters that octoDNS knows, e.g. DE',
      countryNode,
    );
    return { country: null, province: null };
  }
  if (provinceNode === null) return { country, province: null };
  const province = fields.code(provinceNode);
  if (country === null || province === null || !isProvinceCode(country, province)) {
    const message =
      'a province is the part of its ISO 3166-2 code behind the country, beside a country: {country: US, province: CA}';
    fields.fault('province-unknown', message, provinceNode);
    return { country, province: null };
  }
  return { country, province };
}

/** The region an entry names: null when it names none, undefined after a fault. */
function readRegionOf(
  fields: GeoFields,
  map: YamlMap,
  regions: ReadonlyMap<string, Region>,
): Region | null | undefined {
  const node = presentField(map, 'region');
  if (node === null) return null;
  const name = fields.text(node, 'region');
  if (name === null) return undefined;
  const region = regions.get(name);
  if (region === undefined) fields.fault('region-unknown', `there is no region ${name} in regions.yaml`, node);
  return region;
}

/** The value of a field that is there and not null. */
function presentField(map: YamlMap, name: string): YamlNode | null {
  const node = fieldOf(map, name);
  return node === undefined || isNullNode(node) ? null : node;
}
