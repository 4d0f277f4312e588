/**
 * Entry of the thread in which `meridian probe` reads zone files: whatever message comes is a wish for a look, and each look is
 * answered by what it found ({@link ProbeZonesLook}).
 */

import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import { usePlainEnvironment } from '../server/plain-environment.ts';
import { type ProbeZoneSetup, ProbeZones } from './probe-zones.ts';

usePlainEnvironment();
const port = present(parentPort, 'the port to the main thread');
const { zonesDir, zoneDefaults } = workerData as ProbeZoneSetup;
const zones = new ProbeZones(zonesDir, zoneDefaults);
port.on('message', () => port.postMessage(zones.look()));
