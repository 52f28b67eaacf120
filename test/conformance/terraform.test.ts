/**
 * Terraform's AWS provider, unmodified, builds the pipeline, finds nothing to change afterwards, and takes it down again.
 * Its providers come from a folder (`BIWA_TERRAFORM_PLUGINS`, or /<somewhere>/tf-plugins), for the test downloads nothing.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, globSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { lakeFor } from '../testing/lake.ts'
import { works } from '../testing/programs.ts'

const execute = promisify(execFile)
const [plugins] = [process.env.BIWA_TERRAFORM_PLUGINS, ...globSync('/*/tf-plugins')].filter(path => path !== undefined)
const skip = (await works('terraform', ['version']))
  ? plugins === undefined && 'no folder of Terraform providers'
  : 'terraform is not installed'

test('terraform applies the pipeline, plans no change, and destroys it', { skip, timeout: 300_000 }, async context => {
  const { url, failures } = await lakeFor(context)
  const folder = await mkdtemp(join(tmpdir(), 'biwa-terraform-'))
  context.after(() => rm(folder, { recursive: true, force: true }))
  cpSync(join(import.meta.dirname, '../fixtures/pipeline.tf'), join(folder, 'main.tf'))
  await writeFile(join(folder, 'rc'), '')
  const env = { ...process.env, AWS_ENDPOINT_URL: url, TF_CLI_CONFIG_FILE: join(folder, 'rc'), CHECKPOINT_DISABLE: '1' }
  const terraform = async (...words: string[]) => {
    try {
      const { stdout } = await execute('terraform', [...words, '-no-color'], {
        cwd: folder,
        env,
        maxBuffer: 64 * 1024 * 1024,
      })
      return stdout
    } catch (error) {
      const { stdout, stderr } = error as { stdout: string; stderr: string }
      assert.fail(`terraform ${words.join(' ')}: ${stderr}\n${stdout}`)
    }
  }
  await terraform('init', `-plugin-dir=${plugins}`)
  assert.match(await terraform('apply', '-auto-approve'), /Apply complete! Resources: 14 added/)
  assert.match(await terraform('plan', '-detailed-exitcode'), /No changes\./)
  assert.match(await terraform('destroy', '-auto-approve'), /Destroy complete! Resources: 14 destroyed/)
  assert.deepEqual(failures, [])
})
