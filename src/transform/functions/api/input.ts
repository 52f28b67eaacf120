/** From AWS's words to the part's: settings and the source of a package. */
import type { Values } from '../../../gateway/shape.ts'
import type { PackageSource } from '../code-intake.ts'
import { invalid } from '../faults.ts'
import type { SettingsChange } from '../settings.ts'
import type { settable } from './shapes.ts'

export function changeOf(
  input: Values<typeof settable> & {
    readonly Role?: string | undefined
    readonly Architectures?: readonly ('x86_64' | 'arm64')[] | undefined
  },
): SettingsChange {
  const [architecture] = input.Architectures ?? []
  return {
    ...(input.Runtime !== undefined && { runtime: input.Runtime }),
    ...(input.Role !== undefined && { role: input.Role }),
    ...(input.Handler !== undefined && { handler: input.Handler }),
    ...(input.Description !== undefined && { description: input.Description }),
    ...(input.Timeout !== undefined && { timeoutSeconds: input.Timeout }),
    ...(input.MemorySize !== undefined && { memoryMebibytes: input.MemorySize }),
    ...(input.Environment !== undefined && { environment: input.Environment.Variables ?? {} }),
    ...(input.EphemeralStorage !== undefined && { storageMebibytes: input.EphemeralStorage.Size }),
    ...(architecture !== undefined && { architecture }),
  }
}

export function sourceOf(code: {
  readonly ZipFile?: Uint8Array | undefined
  readonly S3Bucket?: string | undefined
  readonly S3Key?: string | undefined
  readonly S3ObjectVersion?: string | undefined
}): PackageSource {
  const { ZipFile: zip, S3Bucket: bucket, S3Key: key, S3ObjectVersion: versionId } = code
  if (bucket === undefined && key === undefined) return zip === undefined ? {} : { zip }
  if (bucket === undefined || key === undefined)
    throw invalid('A package in S3 is named by S3Bucket and S3Key together.')
  return { ...(zip && { zip }), object: { bucket, key, ...(versionId !== undefined && { versionId }) } }
}
