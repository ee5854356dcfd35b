import { answersMore } from '../kit/load.js';
import { runProgram } from '../kit/program.js';
import { isForgotten } from '../kit/topology.js';
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
    run: async ({ service, random }) => {
      const args = ['projections', 'rebuild', 'all', '--workers', String(random.between(1, 2))];
      const { code, stderr } = await runProgram(args, service.env);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with code ${code}: ${stderr}`);
      return args.slice(2).join(' ');
    },
  },
];
