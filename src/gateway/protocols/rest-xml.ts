/**
 * rest-xml, which is S3: members in path, query and headers by `rest.ts`, a payload that may be a stream, XML otherwise.
 * The bucket comes by path or by virtual host; `s3Path` makes both the same.
 */
import { isUtf8 } from 'node:buffer'
import { Fault } from '../fault.ts'
import { type HttpRequest, type HttpResponse, readWhole } from '../message.ts'
import type { Service } from '../operation.ts'
import type { Members, Shape, StructureShape } from '../shape.ts'
import { validate } from '../validate.ts'
import type { ProtocolCodec } from './protocol.ts'
import { bodyMembers, matchRoute, payloadOf, type RestRules, readPlaces, statusOf, writePlaces } from './rest.ts'
import { s3Path } from './s3-address.ts'
import { escapeXml, escapeXmlOfFault, malformed, parseXml, readXmlMembers, writeXml } from './xml.ts'

const rules: RestRules = {
  textCode: 'InvalidArgument',
  ignoredQuery: /^(x-id|X-Amz-.*|AWSAccessKeyId|Signature|Expires)$/i,
  ignoredHeaders:
    /^x-amz-(date|content-sha256|security-token|user-agent|decoded-content-length|trailer|trace-id|id-2|te|sdk-checksum-algorithm|.*-sdk-.*)$/,
}

/** Checksums of a document are held to it by the service; AWS's models do not name them as members. */
const documentRules: RestRules = {
  ...rules,
  ignoredHeaders: new RegExp(`${rules.ignoredHeaders.source}|^x-amz-checksum-(crc32|crc32c|crc64nvme|sha1|sha256)$`),
}

/** XML documents that S3 takes are small; the largest is CompleteMultipartUpload with 10,000 parts. */
const xmlBytesMax = 8 * 1024 * 1024

export const restXml: ProtocolCodec = {
  match(service, request) {
    const match = matchRoute(service, request, s3Path(request))
    if (match) return match
    throw new Fault(
      'MethodNotAllowed',
      405,
      `The specified method is not allowed against this resource: Biwa does not support ${request.method} here. The README lists the supported operations.`,
    )
  },
  async read(service, match, request) {
    const members = match.operation.declaration.input
    const payload = payloadOf(members)
    const hasDocument = payload ? payload[1].kind !== 'stream' : Object.keys(bodyMembers(members)).length > 0
    const input = readPlaces(members, match, request, hasDocument && service.checkBody ? documentRules : rules)
    const textOf = (from: HttpRequest) => documentOf(service, members, from)
    if (!payload) {
      const inBody = bodyMembers(members)
      if (Object.keys(inBody).length === 0) return input
      return { ...input, ...readXmlMembers(inBody, parseXml(await textOf(request)).node, '') }
    }
    const [name, shape] = payload
    if (shape.kind === 'stream') input[name] = request.body.stream()
    else if (shape.kind === 'structure') {
      const text = await textOf(request)
      if (text === '') {
        if (!shape.optional) throw new Fault('MissingRequestBodyError', 400, 'Request Body is empty')
        return input
      }
      const { root, node } = parseXml(text)
      const wanted = shape.wireName ?? name
      if (root !== wanted)
        throw new Fault(
          'MalformedXML',
          400,
          `The XML you provided was not well-formed or did not validate against our published schema: its root is ${root}, expected ${wanted}.`,
        )
      const document = readXmlMembers(shape.members, node, '')
      const problem = validate(shape.members, document)
      if (problem !== undefined) throw malformed(problem)
      input[name] = document
    } else input[name] = await textOf(request)
    return input
  },
  write(service, operation, output, context) {
    const members = operation.declaration.output
    const status = statusOf(operation, output)
    const headers: Record<string, string> = {
      'x-amz-request-id': context.requestId,
      'x-amz-id-2': context.requestId,
      ...writePlaces(members, output),
    }
    const payload = payloadOf(members)
    if (payload) {
      const [name, shape] = payload
      const value = output[name]
      if (value === undefined) return { status, headers }
      if (shape.kind !== 'structure') return { status, headers, body: value as HttpResponse['body'] & {} }
      const body = writeXml(
        operation.declaration.root ?? shape.wireName ?? name,
        shape,
        value as Record<string, unknown>,
        service.xmlns,
      )
      return { status, headers: { 'content-type': 'application/xml', ...headers }, body }
    }
    const inBody = bodyMembers(members)
    const names = Object.keys(inBody)
    if (names.length === 0) return { status, headers }
    const root = operation.declaration.root ?? `${operation.name}Result`
    return {
      status,
      headers: { 'content-type': 'application/xml', ...headers },
      body: writeBody(root, inBody, output, service.xmlns),
    }
  },
  fault(_service, fault, context) {
    const headers: Record<string, string> = {
      'x-amz-request-id': context.requestId,
      'x-amz-id-2': context.requestId,
      ...fault.headers,
    }
    if (fault.status === 304) return { status: 304, headers }
    const detail = Object.entries(fault.detail)
      .map(([name, value]) => `<${name}>${escapeXmlOfFault(String(value))}</${name}>`)
      .join('')
    const resource = 'Resource' in fault.detail ? '' : `<Resource>${escapeXmlOfFault(context.path)}</Resource>`
    const body = `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${escapeXmlOfFault(fault.code)}</Code><Message>${escapeXmlOfFault(fault.message)}</Message>${detail}${resource}<RequestId>${context.requestId}</RequestId><HostId>${context.requestId}</HostId></Error>`
    return { status: fault.status, headers: { 'content-type': 'application/xml', ...headers }, body }
  },
  undeclared: (operation, member) =>
    new Fault(
      'NotImplemented',
      501,
      `A header or parameter you provided implies functionality that is not implemented: ${operation} does not take '${member}' here. Leave it out, or see the table of supported operations in the README.`,
    ),
}

async function documentOf(service: Service, members: Members, request: HttpRequest): Promise<string> {
  const bytes = await readWhole(request.body, xmlBytesMax, { code: 'MaxMessageLengthExceeded', status: 400 })
  if (service.checkBody) {
    // What the operation takes as a member says something about an object, not about this document.
    const taken = new Set(Object.values(members).map(({ place }) => (place?.in === 'header' ? place.name : undefined)))
    const own = Object.entries(request.headers).filter(([name]) => name === 'content-md5' || !taken.has(name))
    service.checkBody(Object.fromEntries(own), bytes)
  }
  if (!isUtf8(bytes)) throw malformed('it is not UTF-8')
  return Buffer.from(bytes).toString('utf8')
}

/** GetBucketLocation answers a bare element: its one scalar member is the root. */
function writeBody(
  root: string,
  members: StructureShape['members'],
  output: Readonly<Record<string, unknown>>,
  xmlns: string | undefined,
): string {
  const [[name, only] = [], ...others] = Object.entries(members)
  if (name && only && others.length === 0 && (only.wireName ?? name) === root && isScalar(only)) {
    const text = output[name] === undefined ? '' : escapeXml(String(output[name]))
    return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${xmlns ?? ''}">${text}</${root}>`
  }
  return writeXml(root, { kind: 'structure', members }, output, xmlns)
}

const isScalar = (shape: Shape) => shape.kind !== 'structure' && shape.kind !== 'list' && shape.kind !== 'map'
