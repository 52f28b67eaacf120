/** Whether a program of this machine is there, for tests that skip by name where it is not. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const execute = promisify(execFile)

export async function works(command: string, words: readonly string[]): Promise<boolean> {
  try {
    await execute(command, [...words])
    return true
  } catch {
    return false
  }
}
