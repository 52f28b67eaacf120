/**
 * What is refused of an aws-chunked body and its trailers, in S3's words; no other service takes such bodies.
 * https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
 */
import { Fault, type FaultDetail } from '../fault.ts'

/** The aws-chunked body breaks its own grammar. */
export const malformedChunks = (why: string): Fault =>
  new Fault('InvalidRequest', 400, `The request body is not in the aws-chunked form that it announces: ${why}.`)

export const incompleteBody = (counts: { readonly expected: number; readonly got: number }): Fault =>
  new Fault(
    'IncompleteBody',
    400,
    `The request body does not hold what it announced: expected ${counts.expected} bytes, got ${counts.got}.`,
  )

export const bodyEndedEarly = (): Fault => new Fault('IncompleteBody', 400, 'The request body terminated unexpectedly.')

export const missingDecodedLength = (): Fault =>
  new Fault(
    'MissingContentLength',
    411,
    'You must provide the length of the decoded content in the x-amz-decoded-content-length HTTP header.',
  )

export const malformedTrailer = (why: string): Fault =>
  new Fault(
    'MalformedTrailerError',
    400,
    `The request contained trailing data that was not well-formed or did not conform to our published schema: ${why}.`,
  )

export const chunkSignatureMismatch = (detail: FaultDetail): Fault =>
  new Fault(
    'SignatureDoesNotMatch',
    403,
    'The request signature we calculated does not match the signature you provided. Check your key and signing method.',
    { detail },
  )
