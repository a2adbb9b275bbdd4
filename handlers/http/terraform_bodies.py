"""The shape of HCP Terraform's run task request. Imported with the first request: pydantic takes its time.

developer.hashicorp.com/terraform/cloud-docs/api-docs/run-tasks/run-tasks-integration, "Request Body"; fields that we
do not read are left alone.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints

Word = Annotated[str, StringConstraints(max_length=2_000)]
Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9_-]+$")]
Token = Annotated[str, StringConstraints(min_length=1, max_length=4_000, pattern=r"^[!-~]+$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Check(_Part):
    """The part that the verification request has as well: whether the address is a run task's."""

    access_token: Token


class Task(_Part):
    """A run has come to a stage and waits for our word."""

    payload_version: Literal[1]
    stage: Literal["pre_plan", "post_plan", "pre_apply", "post_apply"]
    access_token: Token
    task_result_callback_url: Word
    task_result_id: Id
    is_speculative: bool
    run_id: Id
    workspace_id: Id
    workspace_name: Word
    run_message: Word | None = None
    run_created_by: Word | None = None
