import { describe, expect, it } from 'vitest';
import { createFaultSink } from '../../../src/zone/fault-sink.ts';
import { closeRecordScope, createRecordScope, kill, note, publishNotes, tell } from '../../../src/zone/record-scope.ts';
import { createYamlBudget, readYamlDocument } from '../../../src/zone/yaml-document.ts';
import { fieldOf, type YamlMap } from '../../../src/zone/yaml-node.ts';

const root = readYamlDocument(
  { path: 'f', text: 'v: &v elsewhere\nwww:\n  type: A\n  value: 1.2.3.4\n  other: *v\n' },
  () => '',
  createFaultSink(),
  createYamlBudget(),
) as YamlMap;
const record = fieldOf(root, 'www') as YamlMap;
const scope = () => createRecordScope('www', 'www', 'A', record);

describe('a record being checked', () => {
  it('places a fault at the value, or at the record when the value stands elsewhere', () => {
    const sink = createFaultSink();
    const www = scope();
    tell(www, 'a', 'here', fieldOf(record, 'value'));
    tell(www, 'b', 'from an anchor', fieldOf(record, 'other'));
    tell(www, 'c', 'nowhere');
    expect(closeRecordScope(www, false, sink)).toBe('refused');
    expect(sink.faults().map(({ code, line, column }) => `${code} ${line}:${column}`)).toEqual([
      'a 4:10',
      'b 3:3',
      'c 3:3',
    ]);
  });

  it('is excused by leniency, but not of what cannot be built', () => {
    const sink = createFaultSink();
    const excused = scope();
    tell(excused, 'a', 'bad taste');
    expect(closeRecordScope(excused, true, sink)).toBe('excused');
    expect(sink.errorCount).toBe(0);
    const broken = scope();
    tell(broken, 'a', 'bad taste');
    kill(broken, 'b', 'no value');
    expect(closeRecordScope(broken, true, sink)).toBe('refused');
    expect(sink.errorCount).toBe(2);
    expect(closeRecordScope(scope(), false, sink)).toBe('good');
  });

  it('holds our own advice back until it is asked for', () => {
    const sink = createFaultSink();
    const www = scope();
    note(www, 'n', 'advice');
    closeRecordScope(www, false, sink);
    expect(sink.faults()).toEqual([]);
    publishNotes(www, sink);
    expect(sink.faults()).toMatchObject([{ severity: 'warning', code: 'n', record: 'www', type: 'A' }]);
  });
});
