// The program with further projections registered, as a later version with more silos will have: `WAYBILL_BENCH_IDLE` says how many.
import { silos } from '../../src/silos.js';
import { idleProjections } from './silos.js';

silos.projections.push(...idleProjections(Number(process.env.WAYBILL_BENCH_IDLE ?? 0)));
await import('../../src/main.js');
