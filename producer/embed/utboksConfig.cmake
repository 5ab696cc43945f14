# find_package(utboks CONFIG) gives utboks::outbox.  It needs nothing beside: what the
# library itself stands on is linked into it, or found by the loader.
include("${CMAKE_CURRENT_LIST_DIR}/utboksTargets.cmake")
