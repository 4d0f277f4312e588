import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { zoneJsonSchema } from '../../../src/zone/zone-schema.ts';

const schema = zoneJsonSchema();
const defs = schema.$defs as Record<string, Record<string, unknown>>;
const meridian = z.fromJSONSchema(defs.meridian as never);
const rules = z.fromJSONSchema(defs.rules as never);

describe('the JSON Schema', () => {
  it('is one document that stands by itself', () => {
    const text = JSON.stringify(schema);
    for (const [, name] of text.matchAll(/"\$ref":"#\/\$defs\/([^"]+)"/g)) expect(defs).toHaveProperty(name!);
    expect(text).not.toContain('undefined');
  });

  it('describes every type that is accepted', () => {
    const cases = defs.record!.allOf as { if: { properties: { type: { const: string } } } }[];
    expect(cases.map((entry) => entry.if.properties.type.const)).toEqual(
      expect.arrayContaining(['A', 'SVCB', 'URLFWD', 'TXT', 'LOC']),
    );
  });

  it('accepts and refuses meridian blocks as the reader does', () => {
    expect(
      meridian.safeParse(parse('{answers: 2, healthcheck: {interval: 5, expect_status: [200-299]}}')).success,
    ).toBe(true);
    expect(meridian.safeParse(parse('{answers: 17}')).success).toBe(false);
    expect(meridian.safeParse(parse('{colour: blue}')).success).toBe(false);
    expect(rules.safeParse([{ pool: 'a', geos: ['EU-DE'] }]).success).toBe(true);
    expect(rules.safeParse([{ geos: ['EU'] }]).success).toBe(false);
  });
});
