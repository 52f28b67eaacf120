/**
 * Faults: what the caller did wrong, in AWS's words. Parts throw them, only the pipeline catches them, each protocol
 * writes them in its own form. Anything else that is thrown is a failure of the world or a bug, and becomes a 500.
 *
 *     export const ResourceNotFoundException = faultClass('ResourceNotFoundException')
 *     throw new ResourceNotFoundException(`Stream ${name} under account ${account} not found.`)
 */

/** Further members of the error's body or headers, for example S3's `BucketName`. */
export type FaultDetail = Readonly<Record<string, string | number | boolean>>

export class Fault extends Error {
  readonly code: string
  readonly status: number
  readonly detail: FaultDetail
  /** Response headers that belong to the fault, for example `x-amz-delete-marker`. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: string,
    status: number,
    message: string,
    extra: { readonly detail?: FaultDetail; readonly headers?: Readonly<Record<string, string>> } = {},
  ) {
    super(message)
    this.name = code
    this.code = code
    this.status = status
    this.detail = extra.detail ?? {}
    this.headers = extra.headers ?? {}
  }
}

export interface FaultClass {
  new (
    message: string,
    extra?: { readonly detail?: FaultDetail; readonly headers?: Readonly<Record<string, string>> },
  ): Fault
  readonly code: string
}

/** One class a line in a service's `faults.ts`; status 400 unless said otherwise. */
export function faultClass(code: string, options: { readonly status?: number } = {}): FaultClass {
  return class extends Fault {
    static readonly code = code
    constructor(message: string, extra: ConstructorParameters<typeof Fault>[3] = {}) {
      super(code, options.status ?? 400, message, extra)
    }
  }
}
