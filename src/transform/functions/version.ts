/** A function as it runs: its settings and its code, `$LATEST` or a published version. */
import type { FunctionName } from './name.ts'

export interface Settings {
  readonly runtime: string
  readonly handler: string
  readonly role: string
  readonly description: string
  readonly timeoutSeconds: number
  readonly memoryMebibytes: number
  readonly storageMebibytes: number
  readonly environment: Readonly<Record<string, string>>
  readonly architecture: 'x86_64' | 'arm64'
}

export interface Code {
  /** The blob of the zip file. */
  readonly blob: string
  readonly bytes: number
  /** Base64. */
  readonly sha256: string
}

export interface FunctionVersion extends FunctionName {
  /** `$LATEST` or a number. */
  readonly version: string
  readonly settings: Settings
  readonly code: Code
  readonly revision: string
  readonly modifiedAt: number
}

export const latest = '$LATEST'
