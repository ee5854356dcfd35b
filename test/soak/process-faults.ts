import { namespaceRows } from '../../projections/accounts/namespaces/namespaces.projection.js';
import { answersMore } from '../kit/load.js';
import { runProgram } from '../kit/program.js';
import { isForgotten, type Topology } from '../kit/topology.js';
import type { Fault } from './world.js';

/** What befalls the processes of the service. */
export const processFaults: Fault[] = [
  {
    name: 'kill -9',
    run: async ({ service, random }, load) => {
      const name = random.of(service.names());
      await service.kill(name);
      if (name !== 'api') await answersMore(load, random.between(10, 100));
      await service.start(name);
      return name;
    },
  },
  {
    name: 'freeze',
    run: async ({ service, random }, load) => {
      const name = random.of(service.names().filter((each) => each !== 'api'));
      service.freeze(name);
      if (random.below(2) === 0) await isForgotten(service.database.url, service.process(name));
      else await answersMore(load, random.between(10, 50));
      service.thaw(name);
      return name;
    },
  },
  {
    name: 'rebuild',
    run: async ({ service, random }, load) => {
      const workers = String(random.between(1, 2));
      const goesBack = random.below(2) === 0;
      await projections(service, 'rebuild', 'all', '--workers', workers);
      await answersMore(load, random.between(10, 50));
      if (goesBack) await projections(service, 'rollback', namespaceRows.versionedName);
      // Without this the next rebuild is refused.
      await projections(service, 'drop-old', 'all');
      return `${workers} workers${goesBack ? ', one is rolled back' : ''}`;
    },
  },
];

async function projections(service: Topology, ...args: string[]): Promise<void> {
  const { code, stderr } = await runProgram(['projections', ...args], service.env);
  if (code !== 0) throw new Error(`projections ${args.join(' ')} ended with code ${code}: ${stderr}`);
}
