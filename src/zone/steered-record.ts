/**
 * The endpoints of steered records in the form in which they leave the compiler: what is said of an endpoint stands once for all
 * records that steer alike with the same checks, so that 100,000 names over six addresses are 100,000 names and one list of six, to
 * the thread that they are handed to as well as in memory. {@link listEndpoints} makes of it what health and operators speak of.
 */

import type { Balance, CheckSpec, EndpointSpec, EndpointStatus, RecoveryModel } from './zone-model.ts';

/** An endpoint, whatever its record's name; `id` is `pool|value#n`, unique in the record. */
export type RecordEndpoint = Omit<EndpointSpec, 'key' | 'zone' | 'name' | 'type'> & { readonly id: string };

/** A steered record with its endpoints in the order of their ordinals. `name`: absolute presentation form with the final dot. */
export type SteeredRecord = {
  readonly name: string;
  readonly type: EndpointSpec['type'];
  readonly endpoints: readonly RecordEndpoint[];
};

/** The endpoints of a compiled zone, record by record. `origin`: absolute presentation form. */
export function listEndpoints(zone: {
  readonly origin: string;
  readonly steered: readonly SteeredRecord[];
}): EndpointSpec[] {
  const listed: EndpointSpec[] = [];
  for (const record of zone.steered) {
    for (const endpoint of record.endpoints) listed.push(new EndpointOfRecord(zone.origin, record, endpoint));
  }
  return listed;
}

/** Three references, where an object with all the fields would take hundreds of octets. */
class EndpointOfRecord implements EndpointSpec {
  readonly zone: string;
  readonly #record: SteeredRecord;
  readonly #endpoint: RecordEndpoint;

  constructor(zone: string, record: SteeredRecord, endpoint: RecordEndpoint) {
    this.zone = zone;
    this.#record = record;
    this.#endpoint = endpoint;
  }

  get key(): string {
    return `${this.zone}|${this.#record.name}|${this.#record.type}|${this.#endpoint.id}`;
  }

  get name(): string {
    return this.#record.name;
  }

  get type(): EndpointSpec['type'] {
    return this.#record.type;
  }

  get pool(): string {
    return this.#endpoint.pool;
  }

  get region(): string | null {
    return this.#endpoint.region;
  }

  get value(): string {
    return this.#endpoint.value;
  }

  get weight(): number {
    return this.#endpoint.weight;
  }

  get drawWeight(): number {
    return this.#endpoint.drawWeight;
  }

  get poolShare(): number | null {
    return this.#endpoint.poolShare;
  }

  get status(): EndpointStatus {
    return this.#endpoint.status;
  }

  get check(): CheckSpec {
    return this.#endpoint.check;
  }

  get balance(): Balance {
    return this.#endpoint.balance;
  }

  get recovery(): RecoveryModel {
    return this.#endpoint.recovery;
  }
}
