// Where one statement runs: in an instance of its own, which is told what the statement may touch and then locked.
// (The other form, in an instance that serves many, is in shared-instance.ts.)

import type { ScanFile } from '../request.ts'
import type { Instance } from './instance.ts'
import type { Session } from './session.ts'

export interface Place {
  /** For what reads no file. */
  readonly session: Session
  /** From here on the statement can read these files, read and write one directory, and nothing else. */
  confine(files: readonly ScanFile[]): Promise<Confined>
}

export interface Confined {
  readonly session: Session
  /** Where a file is to be read, by its own path; what is not in it is read there. */
  readonly names: ReadonlyMap<string, string>
  /** For what the statement writes. */
  readonly directory: string
}

export class OwnPlace implements Place, Disposable {
  readonly session: Session
  readonly #instance: Instance
  readonly #directory: string
  readonly #paths: readonly string[]

  private constructor(instance: Instance, session: Session, directory: string, paths: readonly string[]) {
    this.#instance = instance
    this.session = session
    this.#directory = directory
    this.#paths = paths
  }

  /** `paths` can be read besides the files of tables. The instance ends with the place. */
  static async open(instance: Instance, directory: string, paths: readonly string[] = []): Promise<OwnPlace> {
    return new OwnPlace(instance, await instance.session(), directory, paths)
  }

  async confine(files: readonly ScanFile[]): Promise<Confined> {
    await this.#instance.confine([...this.#paths, ...files.map(file => file.file)], this.#directory)
    return { session: this.session, names: new Map(), directory: this.#directory }
  }

  [Symbol.dispose](): void {
    this.session[Symbol.dispose]()
    this.#instance[Symbol.dispose]()
  }
}
