package runtime_test

import (
	"testing"

	"github.com/starhost/starhost/event"
	"github.com/starhost/starhost/runtime"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// hosts is a lookup table of hosts and networks.
func hosts(t testing.TB) *runtime.LookupTable {
	table := &runtime.LookupTable{Name: "hosts", Selectors: make(map[string][]*event.Path)}
	for _, selector := range []string{"ip", "$.src.host", "ips", "list[*].ip", "missing"} {
		p, err := event.ParsePath(selector)
		require.NoError(t, err)
		table.Selectors["T"] = append(table.Selectors["T"], p)
	}
	for key, row := range map[string]string{
		"a": `{"owner":"alice"}`, "10.0.0.0/8": `{"net":"ten"}`, "10.1.0.0/16": `{"net":"one"}`, "7": `{"n":7}`, "2001:db8::/32": `{}`,
	} {
		e, err := event.Decode([]byte(row))
		require.NoError(t, err)
		table.Add(key, e)
	}
	table.Sort()
	return table
}

func TestRow(t *testing.T) {
	table := hosts(t)
	require.Equal(t, 5, table.Len())
	for _, c := range []struct {
		key  starlark.Value
		want string
	}{
		{starlark.String("a"), `{"owner": "alice"}`},
		{starlark.String("b"), "None"},
		{starlark.String("10.1.2.3"), `{"net": "one"}`},
		{starlark.String("10.2.2.3"), `{"net": "ten"}`},
		{starlark.String("2001:db8::1"), `{}`},
		{starlark.String("::1"), "None"},
		{starlark.MakeInt(7), `{"n": 7}`},
		{starlark.None, "None"},
		{starlark.Float(7), "None"},
	} {
		row, err := table.Row(c.key)
		require.NoError(t, err)
		require.Equal(t, c.want, row.String(), c.key.String())
	}
	table.Missing = "it is elsewhere"
	_, err := table.Row(starlark.String("a"))
	require.EqualError(t, err, `lookup table "hosts" has no data here: it is elsewhere`)
}

func TestEnrich(t *testing.T) {
	b := &runtime.Background{Tables: map[string]*runtime.LookupTable{"hosts": hosts(t)}}
	b.Ready()
	for record, want := range map[string]string{
		`{"p_log_type":"T","ip":"a"}`:                            `{"hosts": {"ip": {"owner": "alice", "p_match": "a"}}}`,
		`{"p_log_type":"T","src":{"host":"10.1.0.1"}}`:           `{"hosts": {"src.host": {"net": "one", "p_match": "10.1.0.1"}}}`,
		`{"p_log_type":"T","ips":["a","x","10.9.9.9"]}`:          `{"hosts": {"ips": [{"owner": "alice", "p_match": "a"}, {"net": "ten", "p_match": "10.9.9.9"}]}}`,
		`{"p_log_type":"T","list":[{"ip":"a"},{"ip":1}]}`:        `{"hosts": {"list[*].ip": [{"owner": "alice", "p_match": "a"}]}}`,
		`{"p_log_type":"T","ip":"a","p_enrichment":{"x":{}}}`:    `{"x": {}, "hosts": {"ip": {"owner": "alice", "p_match": "a"}}}`,
		`{"p_log_type":"T","ip":"a","p_enrichment":{"hosts":1}}`: `{"hosts": {"ip": {"owner": "alice", "p_match": "a"}}}`,
		`{"p_log_type":"T","ip":"2001:db8::2"}`:                  `{"hosts": {"ip": {"p_match": "2001:db8::2"}}}`,
		`{"p_log_type":"T","ip":"x"}`:                            "",
		`{"p_log_type":"U","ip":"a"}`:                            "",
		`{"ip":"a"}`:                                             "",
	} {
		e, err := event.Decode([]byte(record))
		require.NoError(t, err)
		got := b.Enrich(e)
		if want == "" {
			require.Same(t, e, got, record)
			continue
		}
		v, ok := got.Field("p_enrichment")
		require.True(t, ok, record)
		require.Equal(t, want, v.String(), record)
		require.Equal(t, e.LogType(), got.LogType())
	}
	require.Nil(t, (*runtime.Background)(nil).Enrich(nil))
}
