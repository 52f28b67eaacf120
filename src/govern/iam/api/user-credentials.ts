/**
 * What users of AWS have besides access keys and Biwa's have not: passwords, second factors, keys and certificates of other
 * kinds. Whoever takes a user down (Terraform with `force_destroy`) looks through all of it and is told that there is none.
 */
import type { Call } from '../../../gateway/operation.ts'
import { operation } from '../../../gateway/operation.ts'
import { boolean, enumeration, list, optional, string, structure } from '../../../gateway/shape.ts'
import { userOrRoot } from '../caller.ts'
import { noLoginProfile } from '../faults.ts'
import type { Iam } from '../iam.ts'
import { existingUserName, pageInput, pageOutput, resourceOf, userName } from './shapes.ts'

const resource = resourceOf('user', 'UserName')
const ofUser = { UserName: optional(existingUserName), ...pageInput }
const nothing = list(structure({}))
const none = { IsTruncated: false }

/** Refuses a user that is not there. */
const checkUser = (iam: Iam, input: { readonly UserName?: string | undefined }, call: Call) =>
  userOrRoot(iam, call, input.UserName)

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListMFADevices.html */
export const ListMFADevices = operation({
  input: ofUser,
  output: { MFADevices: nothing, ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    checkUser(iam, input, call)
    return { MFADevices: [], ...none }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListVirtualMFADevices.html */
export const ListVirtualMFADevices = operation({
  input: { AssignmentStatus: optional(enumeration('Assigned', 'Unassigned', 'Any')), ...pageInput },
  output: { VirtualMFADevices: nothing, ...pageOutput },
  handle: (_: Iam) => ({ VirtualMFADevices: [], ...none }),
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSigningCertificates.html */
export const ListSigningCertificates = operation({
  input: ofUser,
  output: { Certificates: nothing, ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    checkUser(iam, input, call)
    return { Certificates: [], ...none }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListSSHPublicKeys.html */
export const ListSSHPublicKeys = operation({
  input: { UserName: optional(userName), ...pageInput },
  output: { SSHPublicKeys: nothing, ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    checkUser(iam, input, call)
    return { SSHPublicKeys: [], ...none }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListServiceSpecificCredentials.html */
export const ListServiceSpecificCredentials = operation({
  input: {
    UserName: optional(userName),
    ServiceName: optional(string()),
    AllUsers: optional(boolean()),
    ...pageInput,
  },
  output: { ServiceSpecificCredentials: nothing, ...pageOutput },
  resource,
  handle(iam: Iam, input, call) {
    if (!input.AllUsers) checkUser(iam, input, call)
    return { ServiceSpecificCredentials: [], ...none }
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetLoginProfile.html */
export const GetLoginProfile = operation({
  input: { UserName: optional(userName) },
  output: {},
  resource,
  handle(iam: Iam, input, call) {
    throw noLoginProfile(checkUser(iam, input, call)?.name ?? 'root')
  },
})

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteLoginProfile.html */
export const DeleteLoginProfile = operation({
  input: { UserName: optional(userName) },
  output: {},
  resource,
  handle(iam: Iam, input, call) {
    throw noLoginProfile(checkUser(iam, input, call)?.name ?? 'root')
  },
})
