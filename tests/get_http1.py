#!/usr/bin/python3
"""Over HTTP/1.1, whatever the server does."""

import blackbox
import blackbox_http  # noqa: F401

blackbox.main('http')
