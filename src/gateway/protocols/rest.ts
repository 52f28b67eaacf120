/**
 * What rest-json and rest-xml share: routes to operations, and members that travel in the path, the query and the
 * headers. A query parameter or an `x-amz-` header that the operation does not declare is refused by name.
 *
 *     'PUT /{Bucket}/{Key+}?partNumber&uploadId'    method, path with labels (the last may be greedy), query keys
 */
import { Fault } from '../fault.ts'
import type { HttpRequest } from '../message.ts'
import type { BoundOperation, Service } from '../operation.ts'
import type { Members, Shape } from '../shape.ts'
import { UndeclaredMember } from './json-values.ts'
import type { Match } from './protocol.ts'
import { readText, writeText } from './text-values.ts'

interface Route {
  readonly operation: BoundOperation
  readonly method: string
  readonly segments: readonly string[]
  readonly query: readonly (readonly [string, string | undefined])[]
  readonly header: string | undefined
  readonly weight: number
}

/** By method, the most particular first. */
const routesOf = remembered(
  (service: Service): Readonly<Partial<Record<string, readonly Route[]>>> =>
    Object.groupBy(
      Object.values(service.operations)
        .map(operation => parseRoute(operation))
        .toSorted((a, b) => b.weight - a.weight),
      route => route.method,
    ),
)

/** What follows from a declaration is worked out once: declarations do not change. */
function remembered<Declaration extends object, Result>(work: (of: Declaration) => Result) {
  const results = new WeakMap<Declaration, { readonly result: Result }>()
  return (of: Declaration): Result => {
    let known = results.get(of)
    if (known === undefined) {
      known = { result: work(of) }
      results.set(of, known)
    }
    return known.result
  }
}

function parseRoute(operation: BoundOperation): Route {
  const binding = operation.declaration.http
  if (!binding) throw new Error(`${operation.name} is in a REST service but declares no route`)
  const [method = '', rest = ''] = binding.route.split(' ')
  const [path = '', queryText = ''] = rest.split('?')
  const segments = path
    .split('/')
    .slice(1)
    .filter((segment, index) => segment !== '' || index > 0)
  const query =
    queryText === ''
      ? []
      : queryText.split('&').map(pair => [pair.split('=')[0] as string, pair.split('=')[1]] as const)
  const literals = segments.filter(segment => !segment.startsWith('{')).length
  const weight =
    query.length * 4 + query.filter(([, value]) => value !== undefined).length + literals * 2 + (binding.header ? 2 : 0)
  return { operation, method, segments, query, header: binding.header, weight }
}

export function matchRoute(service: Service, request: HttpRequest, path: string): Match | undefined {
  const parameters = new URLSearchParams(request.query)
  const segments = path.split('/').slice(1)
  if (segments.at(-1) === '') segments.pop()
  for (const route of routesOf(service)[request.method] ?? []) {
    if (route.query.length > 0 && request.query === '') continue
    if (route.header && request.headers[route.header] === undefined) continue
    if (
      !route.query.every(
        ([key, value]) => parameters.has(key) && (value === undefined || parameters.get(key) === value),
      )
    )
      continue
    const labels = matchPath(route.segments, segments, path)
    if (labels) return { operation: route.operation, labels }
  }
  return undefined
}

function matchPath(
  template: readonly string[],
  segments: readonly string[],
  path: string,
): Readonly<Record<string, string>> | undefined {
  const labels: Record<string, string> = {}
  for (let i = 0; i < template.length; i++) {
    const wanted = template[i] as string
    const segment = segments[i]
    if (segment === undefined) return undefined
    if (wanted.endsWith('+}')) {
      const raw = path
        .split('/')
        .slice(i + 1)
        .join('/') // with its trailing and doubled slashes
      labels[wanted.slice(1, -2)] = decodePath(raw)
      return labels
    }
    if (wanted.startsWith('{')) labels[wanted.slice(1, -1)] = decodePath(segment)
    else if (wanted !== segment) return undefined
  }
  return segments.length === template.length ? labels : undefined
}

function decodePath(raw: string): string {
  try {
    return decodeURIComponent(raw)
  } catch {
    throw new Fault(
      'InvalidURI',
      400,
      `Couldn't parse the specified URI: '${raw.slice(0, 128)}' is not valid percent-encoded UTF-8.`,
    )
  }
}

export interface RestRules {
  readonly textCode: string
  /** Query parameters and headers that belong to the gateway or to clients, not to operations. */
  readonly ignoredQuery: RegExp
  readonly ignoredHeaders: RegExp
}

/** Everything but the body. */
export function readPlaces(
  members: Members,
  match: Match,
  request: HttpRequest,
  rules: RestRules,
): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const parameters = new URLSearchParams(request.query)
  const route = match.operation.declaration.http?.route ?? ''
  const taken = new Set((route.split('?')[1] ?? '').split('&').map(pair => pair.split('=')[0] as string))
  const takenHeaders = new Set<string>()
  const prefixes: string[] = []
  let restOfQuery: string | undefined
  for (const name in members) {
    const shape = members[name] as Shape
    const place = shape.place
    if (!place) continue
    if (place.in === 'uri') {
      const text = match.labels[place.name]
      if (text !== undefined) result[name] = readText(shape, text, name, 'iso8601', rules.textCode)
    } else if (place.in === 'query') {
      taken.add(place.name)
      const texts = parameters.getAll(place.name)
      if (texts.length > 0)
        result[name] =
          shape.kind === 'list'
            ? texts.map(text => readText(shape.of, text, place.name, 'iso8601', rules.textCode))
            : readText(shape, texts[0] as string, place.name, 'iso8601', rules.textCode)
    } else if (place.in === 'header') {
      takenHeaders.add(place.name)
      const text = request.headers[place.name]
      if (text !== undefined && text !== '') result[name] = readHeader(shape, text, place.name, rules)
    } else if (place.in === 'headers') {
      prefixes.push(place.prefix)
      const found = Object.entries(request.headers).filter(([header]) => header.startsWith(place.prefix))
      if (found.length > 0)
        result[name] = Object.fromEntries(found.map(([header, text]) => [header.slice(place.prefix.length), text]))
    } else if (place.in === 'queryMap') restOfQuery = name
  }
  const unclaimed = [...parameters.keys()].filter(key => !taken.has(key) && !rules.ignoredQuery.test(key))
  if (restOfQuery !== undefined)
    result[restOfQuery] = Object.fromEntries(unclaimed.map(key => [key, parameters.get(key) ?? '']))
  else if (unclaimed.length > 0) throw new UndeclaredMember(`?${unclaimed[0]}`)
  for (const header in request.headers) {
    if (!header.startsWith('x-amz-') || takenHeaders.has(header) || rules.ignoredHeaders.test(header)) continue
    if (!prefixes.some(prefix => header.startsWith(prefix))) throw new UndeclaredMember(header)
  }
  return result
}

function readHeader(shape: Shape, text: string, name: string, rules: RestRules): unknown {
  if (shape.kind !== 'list') return readText(shape, text, name, 'http-date', rules.textCode)
  return text.split(',').map(item => readText(shape.of, item.trim(), name, 'http-date', rules.textCode))
}

export function writePlaces(members: Members, output: Readonly<Record<string, unknown>>): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const name in members) {
    const shape = members[name] as Shape
    const value = output[name]
    if (value === undefined || value === null || !shape.place) continue
    if (shape.place.in === 'header') headers[shape.place.name] = writeHeader(shape, value)
    else if (shape.place.in === 'headers')
      for (const [key, item] of Object.entries(value as Record<string, string>))
        headers[shape.place.prefix + key] = item
  }
  return headers
}

const writeHeader = (shape: Shape, value: unknown) =>
  shape.kind === 'list'
    ? (value as readonly unknown[]).map(item => writeText(shape.of, item, 'http-date')).join(',')
    : writeText(shape, value, 'http-date')

export const payloadOf = remembered((members: Members): readonly [string, Shape] | undefined =>
  Object.entries(members).find(([, shape]) => shape.place?.in === 'payload'),
)

export const bodyMembers = remembered(
  (members: Members): Members => Object.fromEntries(Object.entries(members).filter(([, shape]) => !shape.place)),
)

const statusMemberOf = remembered(
  (members: Members): string | undefined =>
    Object.entries(members).find(([, shape]) => shape.place?.in === 'status')?.[0],
)

/** The success status: the operation's own, or what its output member says. */
export function statusOf(operation: BoundOperation, output: Readonly<Record<string, unknown>>): number {
  const member = statusMemberOf(operation.declaration.output)
  const said = member === undefined ? undefined : output[member]
  return typeof said === 'number' ? said : (operation.declaration.http?.status ?? 200)
}
