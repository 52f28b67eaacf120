/** Shapes to and from XML, for rest-xml and query. Parsing is fast-xml-parser's, without entities beyond the five of XML. */
import { createRequire } from 'node:module'
import { Fault } from '../fault.ts'
import type { Members, Shape, StructureShape } from '../shape.ts'
import { UndeclaredMember } from './json-values.ts'
import { readText, writeText } from './text-values.ts'
import type { TimestampFormat } from './timestamps.ts'
import { decodeReferences } from './xml-references.ts'

/** Loading the parser costs a tenth of the start, and most lakes see their first XML later: it is loaded then. */
const library = (): typeof import('fast-xml-parser') => createRequire(import.meta.url)('fast-xml-parser')
let reader: ReturnType<typeof makeReader> | undefined

function makeReader() {
  const { XMLParser, XMLValidator } = library()
  return { parser: new XMLParser(options), validate: (text: string) => XMLValidator.validate(text) }
}

const options = {
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: false,
  processEntities: true,
  entityDecoder: {
    decode: decodeReferences,
    setExternalEntities() {},
    addInputEntities() {},
    setXmlVersion() {},
    reset() {},
  },
  ignoreDeclaration: true,
  ignorePiTags: true,
  removeNSPrefix: true,
}

export const malformed = (why: string) =>
  new Fault(
    'MalformedXML',
    400,
    `The XML you provided was not well-formed or did not validate against our published schema (${why.length > 256 ? `${why.slice(0, 256)}…` : why}).`,
  )

type Node = string | { readonly [name: string]: Node | readonly Node[] }

/** The root element's name and content. */
export function parseXml(text: string): { readonly root: string; readonly node: Node } {
  if (/<!(DOCTYPE|ENTITY)/i.test(text)) throw malformed('document type declarations are not accepted')
  reader ??= makeReader()
  const verdict = reader.validate(text)
  if (verdict !== true) throw malformed(`${verdict.err.msg} in line ${verdict.err.line}`)
  let document: Record<string, Node>
  try {
    document = reader.parser.parse(text) as Record<string, Node>
  } catch (error) {
    throw malformed((error as Error).message)
  }
  const [root, second] = Object.entries(document).filter(([name]) => name !== '#text')
  if (!root) throw malformed('there is no element')
  if (second || Array.isArray(root[1])) throw malformed('there is more than one root element')
  return { root: root[0], node: root[1] }
}

export function readXmlMembers(members: Members, node: Node, path: string): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  const children = typeof node === 'string' ? {} : node
  if (typeof node === 'string' && node.trim() !== '') throw malformed(`${path} holds text where elements are expected`)
  const names = new Map(Object.entries(members).map(([name, shape]) => [elementName(name, shape), name]))
  for (const [element, child] of Object.entries(children)) {
    if (element === '#text') {
      if (String(child).trim() !== '') throw malformed(`${path} holds text between its elements`)
      continue
    }
    if (
      element === '@xmlns' ||
      element.startsWith('@xmlns:') ||
      element.startsWith('@xsi') ||
      element === '@schemaLocation'
    )
      continue
    const name = names.get(element)
    if (name === undefined) throw new UndeclaredMember(`${path}${path ? '.' : ''}${element.replace(/^@/, '')}`)
    result[name] = readXml(members[name] as Shape, child, `${path}${path ? '.' : ''}${element}`)
  }
  return result
}

function elementName(name: string, shape: Shape): string {
  if (shape.attribute) return `@${(shape.wireName ?? name).replace(/^.*:/, '')}`
  if (shape.kind === 'list' && shape.flattened) return shape.itemName ?? shape.wireName ?? name
  return shape.wireName ?? name
}

function readXml(shape: Shape, content: Node | readonly Node[], path: string): unknown {
  if (shape.kind === 'list') {
    if (shape.flattened) return asArray(content).map(item => readXml(shape.of, item, path))
    const wrapper = single(content, path)
    if (typeof wrapper === 'string') return []
    const itemName = shape.itemName ?? 'member'
    const unexpected = Object.keys(wrapper).find(name => name !== itemName && name !== '#text' && !name.startsWith('@'))
    if (unexpected) throw new UndeclaredMember(`${path}.${unexpected}`)
    return asArray(wrapper[itemName] ?? []).map(item => readXml(shape.of, item, `${path}.${itemName}`))
  }
  const node = single(content, path)
  if (shape.kind === 'structure') return readXmlMembers(shape.members, node, path)
  return readText(shape, textOf(node, path), path, 'iso8601', 'MalformedXML')
}

const asArray = (content: Node | readonly Node[]): readonly Node[] =>
  Array.isArray(content) ? content : [content as Node]

function single(content: Node | readonly Node[], path: string): Node {
  if (Array.isArray(content)) throw malformed(`${path} stands more than once`)
  return content as Node
}

function textOf(node: Node, path: string): string {
  if (typeof node === 'string') return node
  const unexpected = Object.keys(node).find(name => name !== '#text' && !name.startsWith('@'))
  if (unexpected) throw malformed(`${path} holds the element ${unexpected} where text is expected`)
  return String(node['#text'] ?? '')
}

export function writeXml(
  root: string,
  shape: StructureShape,
  value: Readonly<Record<string, unknown>>,
  xmlns?: string,
): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n${element(root, shape, value, 'iso8601', xmlns)}`
}

/** `instants`: how a moment is written whose shape does not say it. */
export function writeXmlMembers(
  members: Members,
  value: Readonly<Record<string, unknown>>,
  instants: TimestampFormat = 'iso8601',
): string {
  let text = ''
  for (const name in members) {
    const shape = members[name] as Shape
    const member = value[name]
    if (member === undefined || member === null || shape.attribute) continue
    text +=
      shape.kind === 'list'
        ? writeList(name, shape, member as readonly unknown[], instants)
        : element(shape.wireName ?? name, shape, member, instants)
  }
  return text
}

function writeList(
  name: string,
  shape: Shape & { readonly kind: 'list' },
  items: readonly unknown[],
  instants: TimestampFormat,
): string {
  const each = (itemName: string) => items.map(item => element(itemName, shape.of, item, instants)).join('')
  if (shape.flattened) return each(shape.itemName ?? shape.wireName ?? name)
  const wrapper = shape.wireName ?? name
  return `<${wrapper}>${each(shape.itemName ?? 'member')}</${wrapper}>`
}

function element(name: string, shape: Shape, value: unknown, instants: TimestampFormat, xmlns?: string): string {
  const namespace = xmlns ? ` xmlns="${xmlns}"` : ''
  if (shape.kind === 'structure') {
    const members = value as Readonly<Record<string, unknown>>
    const body = writeXmlMembers(shape.members, members, instants)
    const attributes = writeAttributes(shape, members)
    return body === '' ? `<${name}${namespace}${attributes}/>` : `<${name}${namespace}${attributes}>${body}</${name}>`
  }
  if (shape.kind === 'list') return writeList(name, shape, value as readonly unknown[], instants)
  if (shape.kind === 'map') {
    const entries = Object.entries(value as Readonly<Record<string, unknown>>)
    const body = entries
      .map(([key, item]) => `<entry><key>${escapeXml(key)}</key>${element('value', shape.of, item, instants)}</entry>`)
      .join('')
    return `<${name}${namespace}>${body}</${name}>`
  }
  return `<${name}${namespace}>${escapeXml(writeText(shape, value, instants))}</${name}>`
}

function writeAttributes(shape: StructureShape, value: Readonly<Record<string, unknown>>): string {
  let text = ''
  for (const [name, member] of Object.entries(shape.members)) {
    if (!member.attribute || value[name] === undefined) continue
    const wireName = member.wireName ?? name
    if (wireName.startsWith('xsi:')) text += ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    text += ` ${wireName}="${escapeXml(String(value[name]))}"`
  }
  return text
}

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
}
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what has to be written as references
const special = /[&<>"\r]|[\u0000-\u0008\u000b\u000c\u000e-\u001f]/g
/** Control characters that XML 1.0 cannot carry become numeric references, as S3 writes them; clients ask for url encoding instead. */
export const escapeXml = (text: string) =>
  text.replace(special, character => escapes[character] ?? `&#x${character.charCodeAt(0).toString(16)};`)

/** A fault quotes what was sent. Its reader must get the fault, so what XML cannot carry is shown as a replacement. */
export const escapeXmlOfFault = (text: string) => escapeXml(text.replace(unspeakable, '\ufffd'))
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML cannot carry
const unspeakable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g
