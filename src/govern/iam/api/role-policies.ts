/** The policies of a role, under AWS's names. */
import { policiesOf } from './holder-policies.ts'
import { roleName } from './shapes.ts'

const policies = policiesOf({ kind: 'role', member: 'RoleName', name: roleName })

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html */
export const PutRolePolicy = policies.put

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRolePolicy.html */
export const GetRolePolicy = policies.get

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRolePolicies.html */
export const ListRolePolicies = policies.list

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRolePolicy.html */
export const DeleteRolePolicy = policies.delete

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html */
export const AttachRolePolicy = policies.attach

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachRolePolicy.html */
export const DetachRolePolicy = policies.detach

/** https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedRolePolicies.html */
export const ListAttachedRolePolicies = policies.listAttached
