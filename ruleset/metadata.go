package ruleset

import (
	"slices"
	"time"

	"github.com/starhost/starhost/alert"
	"github.com/starhost/starhost/runtime"
)

// ruleKeys are the keys of a rule's YAML file, as Panther documents them.
var ruleKeys = []string{
	"AnalysisType", "Filename", "RuleID", "DisplayName", "Enabled", "LogTypes",
	"Severity", "Threshold", "DedupPeriodMinutes", "Tags", "Reports",
	"Description", "Runbook", "Reference", "CreateAlert", "SummaryAttributes",
	"OutputIds", "Tests", "Status", "InlineFilters",
}

// otherTypes are the AnalysisTypes that are no rules to run.
var otherTypes = []string{
	"policy", "scheduled_rule", "datamodel", "pack", "lookup_table",
	"saved_query", "scheduled_query", "correlation_rule", "derived",
}

// maxDedup is the longest deduplication period in minutes: 30 days.
const maxDedup = 30 * 24 * 60

// metadata reads a rule's metadata.
func (d *document) metadata() runtime.Metadata {
	d.checkKeys(ruleKeys)
	m := runtime.DefaultMetadata(d.text("RuleID"))
	m.File = d.path
	m.DisplayName = d.text("DisplayName")
	m.Enabled = d.boolean("Enabled", true)
	m.LogTypes = d.list("LogTypes")
	m.Severity = d.severity(m.Severity)
	m.Threshold = d.integer("Threshold", m.Threshold, 1)
	m.DedupPeriod = d.dedupPeriod(m.DedupPeriod)
	m.CreateAlert = d.boolean("CreateAlert", true)
	m.Description = d.text("Description")
	m.Runbook = d.text("Runbook")
	m.Reference = d.text("Reference")
	m.Tags = d.list("Tags")
	m.Reports = d.lists("Reports")
	m.Destinations = d.list("OutputIds")
	m.SummaryAttributes = d.list("SummaryAttributes")
	if m.ID == "" {
		d.errorf(d.root, "RuleID is missing: every rule needs an id of its own")
	}
	return m
}

func (d *document) severity(fallback alert.Severity) alert.Severity {
	_, v := d.get("Severity")
	if v == nil {
		d.errorf(d.root, "Severity is missing, want one of Info, Low, Medium, High, Critical")
		return fallback
	}
	s, err := alert.ParseSeverity(v.Value)
	if err != nil {
		d.errorf(v, "Severity is %s, want one of Info, Low, Medium, High, Critical", kind(v))
		return fallback
	}
	return s
}

func (d *document) dedupPeriod(fallback time.Duration) time.Duration {
	minutes := d.integer("DedupPeriodMinutes", int64(fallback/time.Minute), 1)
	if minutes > maxDedup {
		_, v := d.get("DedupPeriodMinutes")
		d.errorf(v, "DedupPeriodMinutes is %d, want at most %d (30 days)", minutes, maxDedup)
		return fallback
	}
	return time.Duration(minutes) * time.Minute
}

// analysisType tells what a YAML file describes: "rule", "global", one of
// otherTypes, or "" for a file that is none of ours.
func (d *document) analysisType() string {
	_, v := d.get("AnalysisType")
	if v == nil {
		if k, _ := d.get("RuleID"); k != nil {
			d.errorf(k, "AnalysisType is missing beside RuleID, want AnalysisType: rule")
		}
		return ""
	}
	if v.Value != "rule" && v.Value != "global" && !slices.Contains(otherTypes, v.Value) {
		d.errorf(v, "AnalysisType is %s, want rule or global", kind(v))
		return ""
	}
	return v.Value
}
