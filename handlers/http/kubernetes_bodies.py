"""The shape of what a Kubernetes API server asks. Imported with the first request: pydantic takes its time.

AdmissionReview, admission.k8s.io/v1: kubernetes.io/docs/reference/access-authn-authz/extensible-admission-controllers
("Webhook request and response"). Fields that we do not read are left alone: newer servers send more.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Word = Annotated[str, StringConstraints(max_length=1_000)]
Uid = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
Thing = dict[str, Any] | None


class _Part(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)


class Resource(_Part):
    """Which kind of thing, by the plural name of its API."""

    group: Word = ""
    version: Word = ""
    resource: Word


class User(_Part):
    """Who did it, as the API server knows them."""

    username: Word = ""


class Request(_Part):
    """One thing that somebody is about to do. `oldObject` is there for UPDATE and DELETE, `object` for the others."""

    uid: Uid
    resource: Resource
    subResource: Word = ""
    name: Word = ""
    namespace: Word = ""
    operation: Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]
    userInfo: User = Field(default_factory=User)
    object: Thing = None
    oldObject: Thing = None
    dryRun: bool | None = False


class Review(_Part):
    """The envelope."""

    apiVersion: Literal["admission.k8s.io/v1"]
    kind: Literal["AdmissionReview"]
    request: Request
