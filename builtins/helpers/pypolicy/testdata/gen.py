"""Makes the goldens of package pypolicy: python3 gen.py FOLDER

FOLDER has the package policyuniverse 1.5.1, which is not part of this
repository. It runs with our table of actions in place of its own.
"""

import gzip
import io
import json
import os
import random
import sys
import types

os.chdir(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, "../../internal/golden")
sys.path.insert(0, sys.argv[1])
from golden import outcome  # noqa: E402

# The package reads its table when it is imported.
LEVELS = {"L": "List", "R": "Read", "W": "Write", "T": "Tagging", "P": "Permissions"}
table = {}
for line in gzip.open("../actions.txt.gz", "rt"):
    if not line.startswith("\t"):
        service = line.strip()
        table[service] = {"prefix": service, "actions": {}}
        continue
    letter, *names = line.split()
    for name in names:
        table[service]["actions"][name] = {"calculated_action_group": LEVELS[letter]}
plain_open = open
import builtins  # noqa: E402

builtins.open = lambda path, *a, **k: io.StringIO(json.dumps(table)) if str(path).endswith("policyuniverse/data.json") else plain_open(path, *a, **k)
import policyuniverse.action_categories  # noqa: E402
import policyuniverse.arn  # noqa: E402
import policyuniverse.expander_minimizer  # noqa: E402
import policyuniverse.organization  # noqa: E402
import policyuniverse.policy  # noqa: E402
import policyuniverse.statement  # noqa: E402

builtins.open = plain_open
R = random.Random(3)


def some(*choices):
    return R.choice(choices)


def arns():
    for s in ["arn:aws:iam::123456789012:root", "arn:aws:iam::123456789012:role/a:b", "arn:aws:s3:::bucket/*", "arn:aws-cn:iam::*:user/x", "123456789012", "123456789012345678901234", "12345678901", "*",
              "ec2.amazonaws.com", "lambda.amazon.com", "ec2.us-east-1.amazonaws.com", "a.b.c.amazonaws.com", "x.aws.internal", "xyawszinternal", "arn:aws:iam::cloudfront:user/x", "arn:aws:iam::aws:policy/x", "arn:aws:iam::1:x",
              "", "arn:aws:iam::123456789012:", "arn:aws:iam::123456789012:root\n", "AROAXXXX:*", "arn:aws:sts::123456789012:assumed-role/r/s", "é"]:
        for a in ("tech", "region", "account_number", "name", "partition", "error", "root", "service", "arn"):
            yield f"policyuniverse.arn.ARN({json.dumps(s, ensure_ascii=False)}).{a}"
    yield "policyuniverse.arn.ARN(None)"
    yield "policyuniverse.arn.ARN(1)"
    for s in ["o-abc", "o-*", "*", "x", "o-abc/r-1/ou-1/ou-2/", "o-abc/r-1/*", "o-abc/r-1/ou-*", "o-abc/r-1/ou-*/x", "o-abc/x", "o-abc/*/ou-1", "o-a/r-1/", "", "o-a/r-1//", "o-a/r-1/x"]:
        for a in ("organization", "root", "valid_for_child_ous", "valid_for_parent_ou", "valid_for_all_ous", "error"):
            yield f"policyuniverse.organization.Organization({json.dumps(s)}).{a}"


PRINCIPALS = ["*", "arn:aws:iam::123456789012:root", "arn:aws:iam::*:role/x", "123456789012", "ec2.amazonaws.com", "arn:aws:s3:::b", "nonsense", "non*sense", "arn:aws:iam:::x"]
ACTIONS = ["s3:GetObject", "s3:*", "ec2:Describe*", "iam:Get*", "iam:*Policy", "lambda:AddPermission", "*", "foo:*", "foo:Bar", "S3:PUT*", "sts:AssumeRole", "ec2:*Address*", "kms:?ncrypt*", "kms:?ncrypt", "s3:[gp]et*"]
KEYS = ["aws:SourceArn", "AWS:SourceAccount", "aws:PrincipalOrgID", "aws:PrincipalOrgPaths", "aws:userid", "aws:SourceIp", "aws:SourceVpc", "aws:sourcevpce", "saml:aud", "aws:Referer", "kms:CallerAccount"]
VALUES = ["*", "arn:aws:iam::123456789012:role/x", "arn:aws:s3:::b", "123456789012", "o-abc", "o-*", "o-abc/r-1/", "o-*x", "x", "AROAX:*", "AROAX*:a", "", "10.0.0.0/8", "0.0.0.0/0", "vpc-1", "vpc-*", "arn:aws:sns:*:*:x"]
OPERATORS = ["StringEquals", "stringlike", "StringNotEquals", "ArnLike", "ARNEquals", "IpAddress", "NotIpAddress", "ForAnyValue:StringLike", "ForAllValues:ArnEquals", "StringEqualsIfExists", "StringEqualsIgnoreCase", "Bool", "DateGreaterThan"]


def many(choices):
    return some(R.choice(choices), [R.choice(choices) for _ in range(R.randrange(3))])


def statement(small=False):
    s = {"Effect": some("Allow", "Allow", "Deny", "allow")}
    actions = [a for a in ACTIONS if a != "*"] if small else ACTIONS
    s[some("Action", "Action", "Action", "NotAction") if not small else "Action"] = many(actions)
    if R.randrange(4):
        s["Principal"] = some(many(PRINCIPALS), {some("AWS", "Service", "Federated", "Other"): many(PRINCIPALS)}, {"AWS": many(PRINCIPALS), "Service": many(PRINCIPALS)})
    if R.randrange(8) == 0:
        s["NotPrincipal"] = {"AWS": "x"}
    if R.randrange(2):
        s["Condition"] = {R.choice(OPERATORS): {R.choice(KEYS): many(VALUES) for _ in range(R.randrange(1, 3))} for _ in range(R.randrange(3))}
    if R.randrange(2):
        s[some("Resource", "NotResource")] = many(["*", "arn:aws:s3:::b/*"])
    return s


def statements():
    for _ in range(80):
        s = f"policyuniverse.statement.Statement({literal(statement())})"
        for a in R.sample(["effect", "condition_entries"], 1):
            yield f"{s}.{a}"
        for a in R.sample(["principals", "actions", "resources", "condition_arns", "condition_accounts", "condition_orgids", "condition_orgpaths", "condition_userids", "condition_cidrs", "condition_vpcs", "condition_vpces", "whos_allowed()"], 2):
            yield f"sorted({s}.{a})"
        for a in ("is_internet_accessible()", "is_condition_internet_accessible()", "uses_not_principal()"):
            yield f"{s}.{a}"
    for _ in range(25):
        s = f"policyuniverse.statement.Statement({literal(statement(True))})"
        yield f"len({s}.actions_expanded)"
        yield f"sorted({s}.action_summary().keys())"


def literal(v):
    return json.dumps(v, ensure_ascii=False).replace("null", "None").replace("true", "True").replace("false", "False")


def policies():
    for _ in range(40):
        p = {"Version": "2012-10-17", "Statement": some(statement(True), [statement(True) for _ in range(R.randrange(3))])}
        o = f"policyuniverse.policy.Policy({literal(p)})"
        yield f"{o}.is_internet_accessible()"
        for a in R.sample(["principals", "condition_entries", "whos_allowed()", "internet_accessible_actions()"], 2):
            yield f"sorted({o}.{a})"
        yield f"len({o}.statements)"
        yield f"sorted([sorted(v) for v in {o}.action_summary().values() if None not in v])"
    for s in ['{"Effect": "Allow", "Action": ["s3:List*", "iam:*Tag*"]}', '{"Effect": "Allow", "NotAction": "iam:*"}', '{"Effect": "Deny", "Action": "sts:*"}', '{"Effect": "Allow", "Action": "foo:*"}', '{"Effect": "Allow"}', '{"Action": "x"}', '{"Effect": 1}',
              '{"Effect": "Allow", "Action": "sts:Get*"}', '{"Effect": "Allow", "Action": None}', '{"Effect": "Allow", "Action": [1]}', '{"Effect": "Allow", "Action": "s3:[gp]et*acl"}', '{"Effect": "Allow", "Action": "account:*"}', '{"Effect": "Allow", "Action": ["acm:*", "account:Get*"]}']:
        if "NotAction" not in s:
            yield f'policyuniverse.expander_minimizer.expand_policy({{"Statement": {s}}})'
            yield f'policyuniverse.expander_minimizer.expand_policy({{"Statement": [{s}]}}, expand_deny=True)'
            yield f'policyuniverse.expander_minimizer.minimize_policy({{"Statement": [{s}]}})'
        yield f"len(policyuniverse.expander_minimizer.get_actions_from_statement({s}))"
        yield f"policyuniverse.expander_minimizer.minimize_statement_actions({s})"
        yield f"policyuniverse.expander_minimizer.minimize_statement_actions({s}, minchars=3)"
    for a in ACTIONS + ["iam:passrole", "s3:get*", "ec2:*", "sts:*", "acm-pca:*", "s3:putobject*"]:
        s = '{"Effect": "Allow", "Action": [%s]}' % literal(a)
        yield f"policyuniverse.expander_minimizer.minimize_statement_actions({s})"
        yield f"policyuniverse.expander_minimizer.minimize_statement_actions({s}, {some(1, 4, 12, 100)})"
    for h in ["rolepolicies", "policy", "other"]:
        yield f'policyuniverse.expander_minimizer.expand_minimize_over_policies({{"{h}": {{"a": {{"Statement": []}}}}}}, lambda policy, x=1: (policy, x), x=2)'
    for c in ["Permissions", "List", "Read", "Tagging", "Write", "Unknown"]:
        yield f'len(policyuniverse.action_categories.actions_for_category("{c}"))'
    for a in ["iam:putrolepolicy", "s3:getobject", "s3:listbucket", "ec2:createtags", "foo:bar", "nocolon", "s3:GetObject"]:
        yield f'list(policyuniverse.action_categories.categories_for_actions(["{a}"]).values())[0].pop()'
    yield "policyuniverse.policy.Policy([])"
    yield "policyuniverse.policy.Policy({}).statements"
    yield 'policyuniverse.policy.Policy({"Statement": "x"})'
    yield 'policyuniverse.statement.Statement({"Condition": {"StringEquals": []}})'
    yield 'policyuniverse.statement.Statement({"Condition": []}).condition_entries'
    yield 'policyuniverse.statement.Statement({"Condition": "x"})'
    yield 'policyuniverse.statement.Statement({"Principal": [["x"]]})'


class Quiet:
    def write(self, _):
        pass

    def flush(self):
        pass


for name, exprs in (("arn", arns()), ("statement", statements()), ("policy", policies())):
    with open(f"{name}.txt", "w", encoding="utf-8", newline="\n") as f:
        for expr in dict.fromkeys(exprs):
            out, sys.stdout, sys.stderr = sys.stdout, Quiet(), Quiet()
            result = outcome(expr, {"policyuniverse": policyuniverse})
            sys.stdout, sys.stderr = out, sys.__stderr__
            f.write(json.dumps([expr, result]) + "\n")
