import 'reflect-metadata';
import { assertOwnerName } from '../owner-name.js';
import { pageControllers } from './index.js';

const pathsOf = (target: object): string[] => [Reflect.getMetadata('path', target) ?? ''].flat();

it('no user and no namespace can take the name of a page: owners stand first in a path, too', () => {
  const routes = pageControllers.flatMap((controller) => {
    const methods = Object.values(Object.getOwnPropertyDescriptors(controller.prototype)).map(({ value }) => value);
    const handlers = methods.filter((method) => method && method !== controller && Reflect.hasMetadata('path', method));
    return handlers.flatMap((handler) =>
      pathsOf(controller).flatMap((prefix) => pathsOf(handler).map((path) => `${prefix}/${path}`)),
    );
  });
  const names = new Set(routes.map((route) => route.split('/').find((part) => part !== '')!));
  expect([...names].sort()).toEqual(['auth', 'login', 'logout', 'register', 'settings']);
  for (const name of [...names, 'assets', 'graphql', 'livez', 'metrics', 'readyz']) {
    expect(() => assertOwnerName(name, 'name')).toThrow('This name cannot be used.');
  }
});
