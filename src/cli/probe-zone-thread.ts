/**
 * Entry of the thread in which `meridian probe` reads zone files: whatever message comes is a wish for a look, and each look is
 * answered by what it found ({@link ProbeZonesLook}).
 */

import { parentPort, workerData } from 'node:worker_threads';
import { present } from '../base/assert.ts';
import { ProbeZones } from './probe-zones.ts';

const port = present(parentPort, 'the port to the main thread');
const zones = new ProbeZones((workerData as { zonesDir: string }).zonesDir);
port.on('message', () => port.postMessage(zones.look()));
