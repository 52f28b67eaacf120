/**
 * The query protocol: a form with `Action`, `Version` and flattened members, an answer in XML.
 *
 *     Action=CreateRole&Version=2010-05-08&RoleName=r&Tags.member.1.Key=a&Tags.member.1.Value=b
 */
import { Fault } from '../fault.ts'
import type { HttpRequest } from '../message.ts'
import type { Service } from '../operation.ts'
import type { Members, Shape } from '../shape.ts'
import { UndeclaredMember } from './json-values.ts'
import type { ProtocolCodec } from './protocol.ts'
import { readText } from './text-values.ts'
import { escapeXmlOfFault, writeXmlMembers } from './xml.ts'

/** Form fields as a tree: `A.member.1.B=x` is `{A: {member: {1: {B: 'x'}}}}`. */
interface Tree {
  text?: string
  readonly children: Map<string, Tree>
}

const depthMax = 32

function treeOf(form: URLSearchParams): Tree {
  const root: Tree = { children: new Map() }
  for (const [key, value] of form) {
    const steps = key.split('.')
    if (steps.length > depthMax)
      throw new Fault('MalformedInput', 400, `The parameter '${key.slice(0, 64)}…' is nested too deep.`)
    let tree = root
    for (const step of steps) {
      const child: Tree = tree.children.get(step) ?? { children: new Map() }
      tree.children.set(step, child)
      tree = child
    }
    tree.text = value
  }
  return root
}

function readMembers(members: Members, tree: Tree, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const names = new Map(Object.entries(members).map(([name, shape]) => [shape.wireName ?? name, name]))
  for (const [key, child] of tree.children) {
    const name = names.get(key)
    if (name === undefined) throw new UndeclaredMember(path + key)
    const shape = members[name] as Shape
    // An empty field is how this protocol says "an empty list".
    result[name] = read(shape, child, path + key)
  }
  return result
}

function read(shape: Shape, tree: Tree, path: string): unknown {
  switch (shape.kind) {
    case 'structure':
      return readMembers(shape.members, tree, `${path}.`)
    case 'list':
      return inOrder(tree, path, shape.flattened ? undefined : (shape.itemName ?? 'member')).map(([at, item]) =>
        read(shape.of, item, at),
      )
    case 'map':
      return Object.fromEntries(
        inOrder(tree, path, 'entry').map(([at, entry]) => {
          const value = entry.children.get('value')
          if (!value) throw new Fault('MalformedInput', 400, `The parameter '${at}' has a key without a value.`)
          return [entry.children.get('key')?.text ?? '', read(shape.of, value, at)]
        }),
      )
    default:
      if (tree.children.size > 0) throw new UndeclaredMember(`${path}.${[...tree.children.keys()][0]}`)
      return readText(shape, tree.text ?? '', path, 'iso8601', 'MalformedInput')
  }
}

function inOrder(tree: Tree, path: string, wrapper: string | undefined): readonly (readonly [string, Tree])[] {
  const holder = wrapper ? tree.children.get(wrapper) : tree
  if (wrapper) for (const key of tree.children.keys()) if (key !== wrapper) throw new UndeclaredMember(`${path}.${key}`)
  const items = [...(holder?.children ?? [])].map(([index, item]) => {
    if (!/^\d{1,6}$/.test(index)) throw new UndeclaredMember(`${path}.${index}`)
    return [Number(index), item] as const
  })
  return items.sort((a, b) => a[0] - b[0]).map(([index, item]) => [`${path}.${index}`, item])
}

const namespaceOf = (service: Service) => service.xmlns ?? ''

export const query: ProtocolCodec = {
  match(service, request) {
    const name = formOf(request).get('Action') ?? ''
    const operation = Object.hasOwn(service.operations, name) ? service.operations[name] : undefined
    if (!operation)
      throw new Fault(
        'InvalidAction',
        400,
        `Could not find operation ${name || '(none)'} for version ${service.version}: Biwa does not support it. The README lists the supported ones.`,
      )
    return { operation, labels: {} }
  },
  async read(_service, match, request) {
    const form = formOf(request)
    for (const name of [...form.keys()]) if (outsideInput.test(name)) form.delete(name)
    return readMembers(match.operation.declaration.input, treeOf(form), '')
  },
  write(service, operation, output, context) {
    const members = operation.declaration.output
    const result =
      Object.keys(members).length > 0
        ? `<${operation.name}Result>${writeXmlMembers(members, output, 'iso8601-seconds')}</${operation.name}Result>`
        : ''
    const body = `<${operation.name}Response xmlns="${namespaceOf(service)}">${result}<ResponseMetadata><RequestId>${context.requestId}</RequestId></ResponseMetadata></${operation.name}Response>`
    return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': context.requestId }, body }
  },
  fault(service, fault, context) {
    const type = fault.status >= 500 ? 'Receiver' : 'Sender'
    const body = `<ErrorResponse xmlns="${namespaceOf(service)}"><Error><Type>${type}</Type><Code>${escapeXmlOfFault(fault.code)}</Code><Message>${escapeXmlOfFault(fault.message)}</Message></Error><RequestId>${context.requestId}</RequestId></ErrorResponse>`
    return {
      status: fault.status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': context.requestId },
      body,
    }
  },
  undeclared: (operation, member) =>
    new Fault(
      'ValidationError',
      400,
      `${operation} does not take the parameter '${member}' here: it is unknown to AWS or not supported by Biwa. Leave it out, or see the table of supported operations in the README.`,
    ),
}

/** `Action`, `Version` and a presigned request's own parameters are no members. */
const outsideInput = /^(Action|Version|X-Amz-.*)$/

/** The form of a request whose body the pipeline has read; GET requests carry it in the query. */
export const formOf = (request: HttpRequest): URLSearchParams =>
  new URLSearchParams(request.body.whole?.length ? Buffer.from(request.body.whole).toString('utf8') : request.query)
