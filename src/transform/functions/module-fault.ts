/** How a run of a job's module ends that does not succeed. */

/** The module failed, or did not end; its message is for the run's record. */
export class ModuleFailed extends Error {
  override readonly name = 'ModuleFailed'
  readonly isTimeout: boolean
  readonly log: string

  constructor(message: string, of: { readonly isTimeout: boolean; readonly log: string }) {
    super(message)
    this.isTimeout = of.isTimeout
    this.log = of.log
  }
}
