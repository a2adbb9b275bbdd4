"""What an Azure DevOps check says of itself, in headers. Imported with the first request: pydantic takes its time.

learn.microsoft.com/en-us/azure/devops/pipelines/process/invoke-checks, "Pass pipeline run information to checks": the
first seven are there by default. The others are ours, to be added in the check (`bot/assets/doors/azure`).
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Guid = Annotated[str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$")]
Word = Annotated[str, StringConstraints(max_length=300)]


class Check(BaseModel):
    """A stage waits for our word before it may use what the check protects."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    plan_url: Annotated[str, StringConstraints(min_length=1, max_length=1_000)] = Field(alias="PlanUrl")
    project_id: Guid = Field(alias="ProjectId")
    hub: Annotated[str, StringConstraints(pattern=r"^[A-Za-z]{1,40}$")] = Field(alias="HubName")
    plan_id: Guid = Field(alias="PlanId")
    job_id: Guid = Field(alias="JobId")
    task_id: Guid = Field(alias="TaskInstanceId")
    token: Annotated[str, StringConstraints(min_length=1, max_length=8_000, pattern=r"^[!-~]+$")] = Field(
        alias="AuthToken"
    )
    project: Word = Field("", alias="ProjectName")
    branch: Word = Field("", alias="SourceBranch")
    what: Word = Field("", alias="BuildNumber")
