import { decider } from '../../../test/kit/given.js';
import {
  createNamespace,
  CreateNamespace,
  deleteNamespace,
  DeleteNamespace,
  namespaceAggregate,
  updateNamespace,
  UpdateNamespace,
  type NamespaceChange,
} from './namespace.commands.js';
import type { NamespaceEvent } from './namespace.events.js';

const { given } = decider(namespaceAggregate);
const id = 'namespace-7';
const created: NamespaceEvent = {
  type: 'accounts.namespace.created',
  data: { number: 7, name: 'acme', skeleton: 'acme', ownerId: 'user-1' },
};
/** As it was written before names claimed their looks. */
const createdEarlier: NamespaceEvent = {
  type: 'accounts.namespace.created',
  data: { number: 7, name: 'acme', ownerId: 'user-1' },
};
const described: NamespaceEvent = { type: 'accounts.namespace.described', data: { description: 'Tools' } };
const deleted: NamespaceEvent = { type: 'accounts.namespace.deleted', data: {} };
const renamed = (name: string, skeleton: string, previousName: string): NamespaceEvent => ({
  type: 'accounts.namespace.renamed',
  data: { name, skeleton, previousName },
});
const create = (name: string, profile = {}) => new CreateNamespace(id, { number: 7, name, ownerId: 'user-1', profile });
const update = (change: NamespaceChange) => new UpdateNamespace(id, change);
const stranger = { actor: { kind: 'user', userId: 'user-2', isOperator: false, tokenId: 't' } } as const;
const operator = { actor: { kind: 'user', userId: 'user-3', isOperator: true, tokenId: 't' } } as const;

describe('createNamespace', () => {
  it('takes the name and needs its owner to exist', () => {
    given()
      .when(createNamespace, create('Acme'))
      .then([
        { type: 'accounts.namespace.created', data: { number: 7, name: 'Acme', skeleton: 'acme', ownerId: 'user-1' } },
      ])
      .claims({ take: ['owner-name:acme', 'owner-skeleton:acme'] })
      .requires([{ streamId: 'user-1', version: 'exists' }]);
  });

  it('records what it says of itself with it', () => {
    given()
      .when(createNamespace, create('acme', { description: 'Tools' }))
      .then([created, described]);
  });

  it.each(['a', 'x'.repeat(40), '-acme', 'ac me', 'äcme', 'acme/x', 'graphql', 'Admin', 'adm1n', 'l0gin', ''])(
    'refuses the name %j',
    (name) => {
      given().when(createNamespace, create(name)).refuses('INVALID_NAME', { field: 'name' });
    },
  );
});

describe('updateNamespace', () => {
  it('renames: takes the new name and gives the old one back', () => {
    given(created)
      .when(updateNamespace, update({ name: 'acme-inc' }))
      .then([renamed('acme-inc', 'acme-lnc', 'acme')])
      .claims({
        take: ['owner-name:acme-inc', 'owner-skeleton:acme-lnc'],
        release: ['owner-name:acme', 'owner-skeleton:acme'],
      });
  });

  it('renames to another case of its own name, and keeps it', () => {
    given(created)
      .when(updateNamespace, update({ name: 'ACME' }))
      .then([renamed('ACME', 'acme', 'acme')])
      .claims({
        take: ['owner-name:acme', 'owner-skeleton:acme'],
        release: ['owner-name:acme', 'owner-skeleton:acme'],
      });
  });

  it('gives back only what it took: an older name did not claim its looks', () => {
    given(createdEarlier)
      .when(updateNamespace, update({ name: 'other' }))
      .claims({ take: ['owner-name:other', 'owner-skeleton:other'], release: ['owner-name:acme'] });
    given(createdEarlier)
      .when(deleteNamespace, new DeleteNamespace(id))
      .claims({ release: ['owner-name:acme'] });
  });

  it('writes nothing when nothing differs', () => {
    given(created, described)
      .when(updateNamespace, update({ name: 'acme', description: 'Tools' }))
      .then([]);
  });

  it('clears a text that is given empty', () => {
    given(created, described)
      .when(updateNamespace, update({ description: '' }))
      .then([{ type: 'accounts.namespace.described', data: { description: '' } }]);
  });

  it('sets and clears the picture', () => {
    const pictured: NamespaceEvent = { type: 'accounts.namespace.described', data: { avatar: 'a1' } };
    given(created)
      .when(updateNamespace, update({ avatar: 'a1' }))
      .then([pictured]);
    given(created, pictured)
      .when(updateNamespace, update({ avatar: null }))
      .then([{ type: 'accounts.namespace.described', data: { avatar: null } }]);
    given(created, pictured)
      .when(updateNamespace, update({ avatar: undefined }))
      .then([]);
    given(created)
      .when(updateNamespace, update({ avatar: null }))
      .then([]);
  });

  it('writes all facts of one change in one decision', () => {
    given(created)
      .when(updateNamespace, update({ name: 'acme-inc', websiteUrl: 'https://acme.example' }))
      .then([
        renamed('acme-inc', 'acme-lnc', 'acme'),
        { type: 'accounts.namespace.described', data: { websiteUrl: 'https://acme.example' } },
      ]);
  });

  it('answers a stranger as if it did not exist', () => {
    given(created)
      .when(updateNamespace, update({ description: 'Mine' }), stranger)
      .refuses('NAMESPACE_NOT_FOUND');
    given()
      .when(updateNamespace, update({ description: 'Mine' }))
      .refuses('NAMESPACE_NOT_FOUND');
  });

  it('lets an operator', () => {
    given(created)
      .when(updateNamespace, update({ description: 'Tools' }), operator)
      .then([described]);
  });

  it('refuses once it is deleted', () => {
    given(created, deleted)
      .when(updateNamespace, update({ name: 'other' }))
      .refuses('NAMESPACE_NOT_FOUND');
  });
});

describe('deleteNamespace', () => {
  it('gives the name that it has now back', () => {
    given(created, renamed('acme-inc', 'acme-lnc', 'acme'))
      .when(deleteNamespace, new DeleteNamespace(id))
      .then([deleted])
      .claims({ release: ['owner-name:acme-inc', 'owner-skeleton:acme-lnc'] });
  });

  it('refuses twice, strangers, and what never was', () => {
    given(created, deleted).when(deleteNamespace, new DeleteNamespace(id)).refuses('NAMESPACE_NOT_FOUND');
    given(created).when(deleteNamespace, new DeleteNamespace(id), stranger).refuses('NAMESPACE_NOT_FOUND');
    given().when(deleteNamespace, new DeleteNamespace(id)).refuses('NAMESPACE_NOT_FOUND');
  });
});
