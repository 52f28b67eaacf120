/**
 * Every operation that Biwa declares is AWS's: names, types, places, wire names and required members are compared with
 * the schemas that the AWS SDK for JavaScript exports. A member that AWS does not have, or has elsewhere, fails here.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { NormalizedSchema } from '@smithy/core/schema'
import type { BoundOperation, Service } from '../../src/gateway/operation.ts'
import type { EventStreamShape, Members, Shape } from '../../src/gateway/shape.ts'
import { declaredServices } from '../testing/services.ts'

/** Biwa's service names to the SDK's packages. */
const packages: Readonly<Record<string, string>> = {
  athena: '@aws-sdk/client-athena',
  events: '@aws-sdk/client-eventbridge',
  firehose: '@aws-sdk/client-firehose',
  glue: '@aws-sdk/client-glue',
  iam: '@aws-sdk/client-iam',
  kinesis: '@aws-sdk/client-kinesis',
  lambda: '@aws-sdk/client-lambda',
  s3: '@aws-sdk/client-s3',
  scheduler: '@aws-sdk/client-scheduler',
  sts: '@aws-sdk/client-sts',
}

/**
 * Where the SDK's schema and the service itself differ, with the reason. `Service.Operation.path`.
 */
const expires = 'kept as it was sent, as S3 does; AWS wrote the member as text into later models'
const noContent = 'S3 answers 204; its model does not say so'
const exceptions: Readonly<Record<string, string>> = {
  's3.PutBucketPolicy': noContent,
  's3.PutBucketTagging': noContent,
  's3.PutObject.input.Expires': expires,
  's3.CopyObject.input.Expires': expires,
  's3.CreateMultipartUpload.input.Expires': expires,
  's3.GetObject.output.Expires': expires,
  's3.HeadObject.output.Expires': expires,
}

type OperationSchema = readonly [9, string, string, unknown, () => unknown, () => unknown]

const services = await declaredServices()
for (const [name, service] of Object.entries(services)) {
  test(`${name}: every declared operation and member is AWS's`, async () => {
    const packageName = packages[name]
    assert.ok(packageName, `no SDK package is named for ${name}`)
    const sdk = (await import(packageName)) as Record<string, unknown>
    const problems = Object.values(service.operations).flatMap(operation =>
      compareOperation(name, service, operation, sdk),
    )
    assert.deepEqual(
      problems.filter(problem => !exceptions[problem.split(': ')[0] ?? '']),
      [],
    )
  })
}

test('no exception is out of use', async () => {
  const all: string[] = []
  for (const [name, service] of Object.entries(services)) {
    const sdk = (await import(packages[name] ?? '')) as Record<string, unknown>
    for (const operation of Object.values(service.operations))
      all.push(...compareOperation(name, service, operation, sdk))
  }
  const paths = new Set(all.map(problem => problem.split(': ')[0]))
  assert.deepEqual(
    Object.keys(exceptions).filter(path => !paths.has(path)),
    [],
  )
})

function compareOperation(
  serviceName: string,
  service: Service,
  operation: BoundOperation,
  sdk: Record<string, unknown>,
): string[] {
  const schema = sdk[`${operation.name}$`] as OperationSchema | undefined
  const path = `${serviceName}.${operation.name}`
  if (!schema) return [`${path}: AWS has no such operation`]
  const rest = service.protocol.startsWith('rest')
  const { input, output } = operation.declaration
  return [
    ...compareMembers(`${path}.input`, input, schemaOf(schema[4]), { rest, required: true }),
    ...compareMembers(`${path}.output`, output, schemaOf(schema[5]), { rest, required: false }),
    ...(rest ? compareRoute(path, operation, schema[3]) : []),
  ]
}

/** An operation without input or output has the unit schema, which is no structure. */
const schemaOf = (lazy: unknown) => {
  const schema = NormalizedSchema.of((typeof lazy === 'function' ? lazy() : lazy) as never)
  return schema.isStructSchema() ? schema : undefined
}

interface Rules {
  readonly rest: boolean
  readonly required: boolean
}

function compareMembers(path: string, members: Members, schema: NormalizedSchema | undefined, rules: Rules): string[] {
  if (!schema) return Object.keys(members).map(name => `${path}.${name}: AWS has no members here`)
  const theirs = new Map(schema.structIterator())
  const problems = Object.entries(members).flatMap(([name, shape]) => {
    const other = theirs.get(name)
    // The status of the answer itself, where it is not always the same: S3's 206.
    if (!other && shape.place?.in === 'status') return []
    return other ? compare(`${path}.${name}`, shape, other, rules) : [`${path}.${name}: AWS has no such member`]
  })
  if (!rules.required) return problems
  const required = requiredOf(schema)
  for (const name of required) {
    const ours = members[name]
    if (!ours) problems.push(`${path}.${name}: AWS requires it`)
    else if (ours.optional) problems.push(`${path}.${name}: required at AWS, optional here`)
  }
  for (const [name, shape] of Object.entries(members))
    if (!shape.optional && theirs.has(name) && !required.includes(name))
      problems.push(`${path}.${name}: optional at AWS, required here`)
  return problems
}

/** The schema lists required members first and says how many they are. */
function requiredOf(schema: NormalizedSchema): readonly string[] {
  const raw = schema.getSchema() as unknown as { readonly memberNames?: readonly string[] } & readonly unknown[]
  const source = (Array.isArray(raw) ? raw : []) as readonly unknown[]
  const names = (source[4] ?? raw.memberNames ?? []) as readonly string[]
  const count = (source[6] as number | undefined) ?? 0
  return names.slice(0, count)
}

function compare(path: string, shape: Shape, schema: NormalizedSchema, rules: Rules): string[] {
  const problems: string[] = []
  const kind = kindOf(schema)
  const ours = shape.kind === 'integer' || shape.kind === 'long' || shape.kind === 'double' ? 'number' : shape.kind
  if (kind !== ours && !(kind === 'blob' && ours === 'stream')) problems.push(`${path}: ${kind} at AWS, ${ours} here`)
  const traits = schema.getMergedTraits() as Readonly<Record<string, unknown>>
  if (rules.rest) problems.push(...comparePlace(path, shape, traits))
  const wireName = (rules.rest && shape.place?.in !== 'payload' ? (traits.xmlName ?? traits.jsonName) : undefined) as
    | string
    | undefined
  const ownName = path.slice(path.lastIndexOf('.') + 1)
  if (wireName !== undefined && wireName !== (shape.wireName ?? ((shape.kind === 'list' && shape.itemName) || ownName)))
    problems.push(`${path}: called ${wireName} on the wire at AWS`)
  if (shape.kind === 'structure' && kind === 'structure')
    problems.push(...compareMembers(path, shape.members, schema, rules))
  if (shape.kind === 'eventStream' && kind === 'eventStream')
    problems.push(...compareEvents(path, shape, schema, rules))
  if (shape.kind === 'list' && kind === 'list') {
    if (Boolean(traits.xmlFlattened) !== Boolean(shape.flattened)) problems.push(`${path}: flattened differs`)
    const item = schema.getValueSchema()
    const itemName = (item.getMergedTraits() as Readonly<Record<string, unknown>>).xmlName as string | undefined
    if (itemName !== undefined && !shape.flattened && itemName !== (shape.itemName ?? 'member'))
      problems.push(`${path}: an item is called ${itemName} at AWS`)
    problems.push(
      ...compare(
        `${path}[]`,
        { ...shape.of, place: shape.of.place, ...(itemName && { wireName: itemName }) } as Shape,
        item,
        { ...rules, rest: false },
      ),
    )
  }
  if (shape.kind === 'map' && kind === 'map')
    problems.push(...compare(`${path}{}`, shape.of, schema.getValueSchema(), { ...rules, rest: false }))
  return problems
}

/** Every event that AWS sends is declared; the exceptions of the union are thrown as faults and are no members. */
function compareEvents(path: string, shape: EventStreamShape, schema: NormalizedSchema, rules: Rules): string[] {
  const problems = compareMembers(path, shape.events, schema, rules)
  for (const [name, event] of schema.structIterator()) {
    const isException = (event.getSchema() as unknown as readonly unknown[])[0] === -3
    if (isException && shape.events[name]) problems.push(`${path}.${name}: an exception at AWS, an event here`)
    if (!isException && !shape.events[name]) problems.push(`${path}.${name}: an event at AWS, not declared here`)
  }
  return problems
}

function comparePlace(path: string, shape: Shape, traits: Readonly<Record<string, unknown>>): string[] {
  const theirs = traits.httpLabel
    ? 'uri'
    : traits.httpQuery
      ? `query ${traits.httpQuery}`
      : traits.httpHeader
        ? `header ${String(traits.httpHeader).toLowerCase()}`
        : traits.httpPrefixHeaders
          ? `headers ${String(traits.httpPrefixHeaders).toLowerCase()}`
          : traits.httpPayload
            ? 'payload'
            : traits.httpQueryParams
              ? 'queryMap'
              : traits.httpResponseCode
                ? 'status'
                : 'body'
  const place = shape.place
  const ours = !place
    ? 'body'
    : place.in === 'query' || place.in === 'header'
      ? `${place.in} ${place.name}`
      : place.in === 'headers'
        ? `headers ${place.prefix}`
        : place.in
  return theirs === ours ? [] : [`${path}: in ${theirs} at AWS, in ${ours} here`]
}

function compareRoute(path: string, operation: BoundOperation, traits: unknown): string[] {
  const http = (traits as { http?: readonly [string, string, number] } | undefined)?.http
  const binding = operation.declaration.http
  if (!http || !binding) return [`${path}: has no route`]
  const [method, uri, status] = http
  const shown = `${method} ${uri}`.replace(/([?&])x-id=\w+&?/, '$1').replace(/[?&]$/, '')
  // The SDK takes the bucket out of S3's paths, and leaves required parameters such as partNumber to the members.
  const normal = (route: string) => route.replace('/{Bucket}', '').replace(/\?.*$/, '').replace(/ $/, ' /')
  const problems = normal(binding.route) === normal(shown) ? [] : [`${path}: ${shown} at AWS, ${binding.route} here`]
  const theirQuery = (shown.split('?')[1] ?? '').split('&').filter(key => key !== '')
  const ourQuery = (binding.route.split('?')[1] ?? '').split('&')
  for (const key of theirQuery) if (!ourQuery.includes(key)) problems.push(`${path}: the query key ${key} is AWS's`)
  if (status !== (binding.status ?? 200))
    problems.push(`${path}: status ${status} at AWS, ${binding.status ?? 200} here`)
  return problems
}

function kindOf(schema: NormalizedSchema): string {
  if (schema.isUnionSchema() && schema.isStreaming()) return 'eventStream'
  if (schema.isStructSchema() || schema.isUnionSchema()) return 'structure'
  if (schema.isListSchema()) return 'list'
  if (schema.isMapSchema()) return 'map'
  if (schema.isBlobSchema()) return 'blob'
  if (schema.isTimestampSchema()) return 'timestamp'
  if (schema.isBooleanSchema()) return 'boolean'
  if (schema.isNumericSchema()) return 'number'
  if (schema.isDocumentSchema()) return 'document'
  return 'string'
}
