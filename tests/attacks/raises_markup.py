# expect: RTE | aim: act in the page, the terminal or the CI log that shows the message | means: markup in names and messages
def f(host):
    text = (
        "<script>alert(1)</script><img src=x onerror=alert(1)>\n::error::forged\n"
        "\x1b]8;;http://evil\x07click\x1b]8;;\x07\x1b[2J\x9b31m\u202e\u2066\ufeff\u200b\r"
        "=HYPERLINK(\"http://evil\")\n@SUM(1)\n]]>\n{{7*7}}\n%s%n\n`$(id)`\n../../etc"
    )
    raise type("<b>AC</b>\x1b[31m", (Exception,), {})(text)
