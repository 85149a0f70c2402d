# Copyright the osc-imagetools authors
# SPDX-License-Identifier: Apache-2.0
import pytest
from keystoneauth1 import exceptions

from osc_imagetools.glance.remedies import remedy, unanswered

POLICY = "You are not authorized to complete {} action. ({})"
NO_SUCH = "No image found with ID 5f0c (404)"


@pytest.mark.parametrize(
    ("status", "words", "says"),
    [
        (401, "This server could not verify that you are authorized", "Log in again"),
        (403, POLICY.format("publicize_image", 403), "the role 'admin'"),
        (403, POLICY.format("publicize_image", 403), "--private"),
        (403, POLICY.format("modify_image", 403), "project that owns the image"),
        (403, POLICY.format("add_image", 403), "the role 'member'"),
        (403, POLICY.format("of_a_site", 403), "'of_a_site' of this cloud decides"),
        (403, "You are not permitted to create images owned by 'x'", "Only an admin"),
        (403, "Image 5f0c is protected and cannot", "image set --unprotected 5f0c"),
        (409, "Image 5f0c has active task", "lock"),
        (413, "on the number of allowed image properties.", "image_property_quota"),
        (413, "on the number of allowed image tags.", "image_tag_quota"),
        (413, "on the number of allowed image members", "image_member_quota"),
        (413, "There is not enough disk space on the image storage", "is full"),
        (413, "image_size_total is over limit of 1000 (413)", "Free some of the quota"),
        (413, "because it exceeds the quota: 7", "Free some of the quota"),
        (413, "attempt to upload image larger than 7 bytes", "image_size_cap"),
        (502, "Bad Gateway", "whether Glance is running"),
        (503, "Busy", "run the command again later"),
        (504, "Gateway Timeout", "in time"),
        (429, "Too Many Requests", "run the command again later"),
    ],
)
def test_F132_remedy_is_that_of_the_case(status, words, says):
    assert says in remedy(status, words)


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "Invalid value 'x' for parameter 'name'"),
        (403, "Attribute 'status' is read-only."),
        (403, "Access was denied to this resource. Attribute 'os_x' is reserved."),
        (403, "Not allowed to deactivate image in status 'queued'"),
        (404, NO_SUCH),
        (409, "Image needs to be staged before 'glance-direct' method can be used"),
        (409, "Image 5f0c could not be deleted because it is in use"),
        (413, "<h1>413 Request Entity Too Large</h1><hr>nginx"),
        (500, "The server has either erred or is incapable"),
    ],
)
def test_F132_what_is_not_known_to_help_is_not_advised(status, words):
    assert remedy(status, words) == ""


def test_F130_time_that_glance_wants_is_told():
    assert remedy(429, "Slow down", 90.0).endswith("again in 90 seconds")


def of_requests(words):
    return exceptions.ConnectFailure(f"Unable to establish connection to x: {words}")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (exceptions.Unauthorized(), "log in again"),
        (exceptions.InternalServerError(), "Keystone's answer"),
        (exceptions.EndpointNotFound(), "openstack catalog list"),
        (exceptions.SSLError("certificate verify failed: self-signed"), "--os-cacert"),
        (exceptions.SSLError("[SSL: WRONG_VERSION_NUMBER]"), "may not use TLS"),
        (of_requests("[Errno -2] Name or service not known"), "check DNS"),
        (of_requests("[Errno -3] Temporary failure in name resolution"), "check DNS"),
        (of_requests("[Errno 111] Connection refused"), "Nothing listens there"),
        (of_requests("[Errno 113] No route to host"), "Check the network"),
        (of_requests("('Connection aborted.', RemoteDisconnected"), "was closed"),
        (exceptions.ConnectTimeout("Request to x timed out"), "took too long"),
        (exceptions.UnknownConnectionError("strange", None), ""),
    ],
)
def test_F132_remedy_where_no_answer_came_is_that_of_the_case(error, says):
    assert says in unanswered(error)
    assert bool(says) == bool(unanswered(error))
