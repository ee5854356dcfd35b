import { Loader } from './loader.js';

let asked: string[][];
const loader = () =>
  new Loader(
    async (keys: readonly string[]) => {
      asked.push([...keys]);
      return keys.filter((key) => key !== 'gone').map((key) => ({ key }));
    },
    (row) => row.key,
  );

beforeEach(() => void (asked = []));

it('reads what is asked for in one moment at once, in whatever order the rows come', async () => {
  const rows = loader();
  const [many, one] = await Promise.all([rows.loadMany(['b', 'gone', 'a', 'b']), rows.load('c')]);
  expect(many).toEqual([{ key: 'b' }, null, { key: 'a' }, { key: 'b' }]);
  expect(one).toEqual({ key: 'c' });
  expect(asked).toEqual([['b', 'gone', 'a', 'c']]);
});

it('keeps nothing: a later look sees what was changed meanwhile', async () => {
  const rows = loader();
  await rows.load('a');
  await rows.load('a');
  expect(asked).toEqual([['a'], ['a']]);
});
