# expect: WA | aim: act in the table that shows the answers | means: texts that a spreadsheet, YAML or a template runs
def f(host):
    return [
        "=cmd|'/C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "+1+cmd", "-2+3", "\t=1", "=1\r\n=2",
        "!!python/object/apply:os.system ['false']", "*alias", "{{ 7 * 7 }}", "${jndi:ldap://a}",
        "'; drop table gradings; --", "<!--#exec cmd=false-->", "](javascript:alert(1))", "$(id)",
    ]
