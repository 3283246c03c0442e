// The official JavaScript SDK: what it makes, it waits for, reads, lists, changes and deletes. Its packages for containers
// and jobs know only the APIs before today's, which the emulator does not have.

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createClient, Errors } from '@scaleway/sdk-client'
import { Cockpitv1 } from '@scaleway/sdk-cockpit'
import { Iamv1alpha1 } from '@scaleway/sdk-iam'
import { Rdbv1 } from '@scaleway/sdk-rdb'
import { Registryv1 } from '@scaleway/sdk-registry'
import { Secretv1beta1 } from '@scaleway/sdk-secret'
import { Vpcv2 } from '@scaleway/sdk-vpc'

const project = '6f0c4b1e-2a57-4d0e-9c38-5b1d7e2f4a90'
const client = createClient({
  accessKey: 'SCWEMULATOR000000000',
  secretKey: '00000000-0000-4000-8000-000000000000',
  apiURL: process.env.SCW_API_URL,
  defaultOrganizationId: '00000000-0000-4000-8000-00000000e0e0',
  defaultProjectId: project,
  defaultRegion: 'fr-par',
  defaultZone: 'fr-par-1',
})
const often = { minDelay: 1, maxDelay: 2, timeout: 30 }

test('a secret and its versions live', async () => {
  const api = new Secretv1beta1.API(client)
  const secret = await api.createSecret({ name: 'javascript', protected: false, path: '/sdk' })
  for (const value of ['first', 'second']) {
    await api.createSecretVersion({ secretId: secret.id, data: btoa(value), disablePrevious: true })
  }
  const read = await api.accessSecretVersion({ secretId: secret.id, revision: 'latest_enabled' })
  assert.deepEqual([read.revision, atob(read.data)], [2, 'second'])
  const versions = await api.listSecretVersions({ secretId: secret.id }).all()
  assert.deepEqual(versions.map(v => v.status), ['enabled', 'disabled'])
  const changed = await api.updateSecret({ secretId: secret.id, description: 'changed' })
  assert.deepEqual([changed.description, changed.name], ['changed', 'javascript'])
  await api.deleteSecret({ secretId: secret.id })
})

test('what is not there is an error of its own type', async () => {
  const api = new Secretv1beta1.API(client)
  await assert.rejects(
    api.getSecret({ secretId: '6f0c4b1e-0000-4d0e-9c38-5b1d7e2f4a90' }),
    error => error instanceof Errors.ResourceNotFoundError && error.status === 404,
  )
})

test('what is wrong is an error of its own type', async () => {
  const api = new Secretv1beta1.API(client)
  await assert.rejects(
    api.createSecret({ name: 'no name at all', protected: false }),
    error => error instanceof Errors.InvalidArgumentsError && error.details.length > 0,
  )
})

test('an instance lives', async () => {
  const api = new Rdbv1.API(client)
  const made = await api.createInstance({
    name: 'javascript',
    engine: 'PostgreSQL-16',
    userName: 'admin',
    password: 'P4ssw0rd-of-the-admin',
    nodeType: 'DB-DEV-S',
    isHaCluster: false,
    disableBackup: false,
    volumeSize: 0,
    backupSameRegion: false,
  })
  const instance = await api.waitForInstance({ instanceId: made.id }, often)
  assert.equal(instance.status, 'ready')
  await api.createDatabase({ instanceId: instance.id, name: 'app' })
  await api.createUser({ instanceId: instance.id, name: 'app', password: 'P4ssw0rd-of-the-app', isAdmin: false })
  const granted = await api.setPrivilege({
    instanceId: instance.id,
    databaseName: 'app',
    userName: 'app',
    permission: 'readonly',
  })
  assert.equal(granted.permission, 'readonly')
  const rules = await api.listInstanceACLRules({ instanceId: instance.id }).all()
  assert.equal(rules[0].ip, '0.0.0.0/0')
  await api.deleteInstance({ instanceId: instance.id })
})

test('a source and a token live', async () => {
  const api = new Cockpitv1.RegionalAPI(client)
  const source = await api.createDataSource({ name: 'javascript', type: 'logs', retentionDays: 14 })
  assert.equal((await api.getDataSource({ dataSourceId: source.id })).retentionDays, 14)
  const token = await api.createToken({ name: 'javascript', tokenScopes: ['write_only_logs'] })
  assert.ok(token.secretKey)
  await api.deleteToken({ tokenId: token.id })
  await api.deleteDataSource({ dataSourceId: source.id })
})

test('an application with a policy and a key lives', async () => {
  const api = new Iamv1alpha1.API(client)
  const application = await api.createApplication({ name: 'javascript', description: '' })
  const policy = await api.createPolicy({
    name: 'javascript',
    description: '',
    applicationId: application.id,
    rules: [{ permissionSetNames: ['SecretManagerReadOnly'], projectIds: [project], condition: '' }],
  })
  assert.equal((await api.listRules({ policyId: policy.id }).all()).length, 1)
  const key = await api.createAPIKey({ applicationId: application.id, description: '' })
  assert.match(key.accessKey, /^SCW[A-Z0-9]{17}$/)
  await api.deleteAPIKey({ accessKey: key.accessKey })
  await api.deletePolicy({ policyId: policy.id })
  await api.deleteApplication({ applicationId: application.id })
})

test('a registry namespace and a private network live', async () => {
  const registry = new Registryv1.API(client)
  const namespace = await registry.createNamespace({ name: 'javascript', description: '', isPublic: false })
  const ready = await registry.waitForNamespace({ namespaceId: namespace.id }, often)
  assert.equal(ready.endpoint, 'rg.fr-par.scw.cloud/javascript')
  await registry.deleteNamespace({ namespaceId: namespace.id })
  const networks = new Vpcv2.API(client)
  const network = await networks.createPrivateNetwork({ name: 'javascript' })
  assert.equal((await networks.getPrivateNetwork({ privateNetworkId: network.id })).name, 'javascript')
  await networks.deletePrivateNetwork({ privateNetworkId: network.id })
})
