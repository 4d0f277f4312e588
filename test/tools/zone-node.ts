/** The node of a name in a zone table, for tests that look inside. */

import { ScannedName } from '../../src/wire/scanned-name.ts';
import type { ZoneTable } from '../../src/zone/zone-table.ts';
import { wireName } from './model-zone.ts';

/** Word offset of the node named `text`, 0: none. */
export function findNode(zone: ZoneTable, text: string): number {
  const name = new ScannedName();
  const wire = wireName(text);
  name.scan(wire, 0, wire.length);
  return zone.find(name, 0);
}
