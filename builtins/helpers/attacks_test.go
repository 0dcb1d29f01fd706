package helpers_test

import (
	"strings"
	"testing"
	"time"

	"github.com/starhost/starhost/builtins/helpers"
	"github.com/starhost/starhost/runtime"
	"github.com/starhost/starhost/runtime/guard"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// attacks are programs that ask a module for as much work as they can. Each
// must end, by itself or by a limit, in the time of a call.
var attacks = map[string]string{
	"dateutil: a long text":              "from dateutil import parser\nparser.parse('1 ' * 4000000, fuzzy=True)",
	"dateutil: many texts":               "from dateutil import parser\nfor i in range(10**9):\n    parser.parse('Jan ' * 2000, fuzzy=True, default=None)",
	"dateutil: long numbers":             "from dateutil import parser\nfor i in range(10**9):\n    parser.parse('1.' + '3' * 500000 + 'h')",
	"relativedelta: large numbers":       "from datetime import date\nfrom dateutil.relativedelta import relativedelta\nfor i in range(10**9):\n    date(2024, 1, 1) + relativedelta(months=2**52)",
	"panther_base_helpers: long times":   "from panther_base_helpers import resolve_timestamp_string\nfor i in range(10**9):\n    resolve_timestamp_string(' ' * 250 + '1')",
	"textwrap: narrow lines":             "import textwrap\nfor i in range(10**9):\n    textwrap.wrap('a-' * 100000, 1)",
	"textwrap: dashes":                   "import textwrap\nfor i in range(10**9):\n    textwrap.wrap('a' + '-' * 1000000 + '!', 10)",
	"textwrap: long prefix":              "import textwrap\nx = 'y' * 1000000\nfor i in range(10**9):\n    textwrap.indent('a\\n' * 1000, x)",
	"policyuniverse: many stars":         "from policyuniverse.policy import Policy\np = Policy({'Statement': {'Effect': 'Allow', 'Action': ['*' + 'a*' * 20] * 1000}})\nfor i in range(10**9):\n    p.action_summary()",
	"policyuniverse: expanded, repeated": "from policyuniverse.statement import Statement\ns = Statement({'Effect': 'Allow', 'Action': ['*a*b*c*'] * 100})\nfor i in range(10**9):\n    s.actions_expanded",
	"policyuniverse: minimized":          "from policyuniverse.expander_minimizer import minimize_statement_actions\nfor i in range(10**9):\n    minimize_statement_actions({'Effect': 'Allow', 'Action': '*'})",
	"policyuniverse: a deep policy":      "from policyuniverse.expander_minimizer import expand_policy\nx = []\nfor i in range(100000):\n    x = [x]\nexpand_policy({'Statement': x})",
	"policyuniverse: a long ARN":         "from policyuniverse.arn import ARN\nfor i in range(10**9):\n    ARN('arn:' + 'a' * 200000)",
	"pycountry: searches":                "import pycountry\nfor i in range(10**9):\n    pycountry.countries.search_fuzzy('a')",
	"os.path: long paths":                "import os\nfor i in range(10**9):\n    os.path.normpath('a/../' * 500000)",
	"os.path: joined":                    "import os\np = ''\nfor i in range(10**9):\n    p = os.path.join(p, 'x' * 1000)",
	"pathlib: long paths":                "from pathlib import PurePosixPath\np = PurePosixPath('a')\nfor i in range(10**9):\n    p = p / 'a'",
	"string.Template: long values":       "from string import Template\nx = 'y' * 1000000\nTemplate('$x' * 100000).substitute(x=x)",
	"json: hooks":                        "import json\ns = '[' + '{\"a\": 1},' * 100000 + '1]'\nfor i in range(10**9):\n    json.loads(s, object_hook=lambda d: d)",
	"json: a default that never ends":    "import json\njson.dumps(object(), default=lambda o: [o, object()])",
	"json: nested calls":                 "import json\ndef f(o):\n    return json.dumps(object(), default=f)\nf(1)",
	"re: positions":                      "import re\ns = 'é' * 500000\nfor i in range(10**9):\n    [m.span() for m in re.finditer('é', s)]",
	"logging: long messages":             "import logging\nfor i in range(10**9):\n    logging.info('%s' * 1000, *['x' * 10000] * 1000)",
}

func TestAttacks(t *testing.T) {
	if testing.Short() {
		t.Skip("takes the time of many calls")
	}
	for name, program := range attacks {
		t.Run(name, func(t *testing.T) {
			loader := runtime.Loader{
				Modules:  helpers.Modules(),
				ReadFile: func(string) ([]byte, error) { return []byte(program), nil },
				Now:      time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
			}
			loader.Worker.Limits = &guard.Limits{Time: 300 * time.Millisecond}
			start := time.Now()
			_, diags := loader.File("attack.py", "attack")
			took := time.Since(start)
			require.NotEmpty(t, diags, "nothing stopped it")
			assert.Less(t, took, 30*time.Second, "%v", diags[0]) // far above the limit: the machine may be busy
			assert.NotContains(t, diags[0].Msg, "internal error")
			assert.False(t, strings.HasPrefix(diags[0].Code, "import"), "%v", diags[0])
		})
	}
}
