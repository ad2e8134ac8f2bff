"""Pages for people who have not signed in: they say something, need no script and no other address."""

from __future__ import annotations

from litestar import Response
from litestar.enums import MediaType

PAGE = """<!DOCTYPE html>
<html lang="zh-CN">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 1.1rem/1.6 system-ui, sans-serif; max-width: 36rem; margin: 2rem auto; padding: 0 1rem; }}
h1 {{ font-size: 1.5rem; }}
p {{ white-space: pre-wrap; overflow-wrap: anywhere; }}
dt {{ font-size: .9rem; opacity: .75; }}
dd {{ margin: 0 0 .8rem; overflow-wrap: anywhere; }}
label {{ display: block; margin: .8rem 0; }}
input, button {{ font: inherit; padding: .4rem .6rem; max-width: 100%; box-sizing: border-box; }}
input {{ display: block; width: 18rem; }}
@media print {{ body {{ margin: 0; color: #000; background: #fff; }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
{rest}
</main>
</body>
</html>
"""


def page(title: str, rest: str, *, status: int = 200, asks: bool = False) -> Response[str]:
    """A page with a title and what follows it, both escaped already; ``asks``: a form on it is sent here."""
    headers = {
        "Cache-Control": "no-store",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; "
            f"form-action '{'self' if asks else 'none'}'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "no-referrer",
        "X-Robots-Tag": "noindex, nofollow",
    }
    body = PAGE.format(title=title, rest=rest)
    return Response(body, status_code=status, media_type=MediaType.HTML, headers=headers)
