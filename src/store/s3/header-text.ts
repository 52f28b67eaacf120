// Texts that will be headers of an answer. What came in as a header already is one; what came by the query, in a document
// or through the in-process door may hold what no header can, and the answer must not fail, or be split, over it.
import { invalidArgument } from './faults.ts'

const sayable = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
const headerName = /^[!#$%&'*+.^_`|~\w-]*$/

/** @throws InvalidArgument, with S3's words, naming `argument` */
export function checkHeaderText(argument: string, text: string | undefined): void {
  if (text !== undefined && !sayable.test(text))
    throw invalidArgument('Header value cannot be represented using ISO-8859-1.', argument, text)
}

/** @throws InvalidArgument */
export function checkMetadataName(name: string): void {
  if (!headerName.test(name))
    throw invalidArgument('The name of a metadata entry must be usable in a header.', 'x-amz-meta-', name)
}
