package pypolicy

import (
	"github.com/starhost/starhost/builtins/helpers/pyclass"
	"github.com/starhost/starhost/runtime"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// Modules returns the modules of policyuniverse.
//
//	policy.Policy(policy)          policy, statements, principals, condition_entries, action_summary(), is_internet_accessible(),
//	                               internet_accessible_actions(), whos_allowed()
//	statement.Statement(statement) statement, effect, actions, actions_expanded, resources, principals, condition_entries,
//	                               condition_arns and so on, action_summary(), uses_not_principal(), whos_allowed(),
//	                               is_internet_accessible(), is_condition_internet_accessible()
//	arn.ARN(raw)                   arn, partition, tech, region, account_number, name, error, root, service
//	organization.Organization(input)
//	expander_minimizer.expand_policy(policy, expand_deny=False), get_actions_from_statement(statement),
//	    minimize_policy(policy, minchars=None), minimize_statement_actions(statement, minchars=None),
//	    expand_minimize_over_policies(policies, activity, **kwargs)
//	action_categories.categories_for_actions(actions), actions_for_category(category)
func Modules() []runtime.Module {
	expander := starlark.StringDict{
		"expand_policy":                 pyclass.Function("expand_policy", expandPolicy),
		"get_actions_from_statement":    pyclass.Function("get_actions_from_statement", getActionsFromStatement),
		"minimize_policy":               pyclass.Function("minimize_policy", minimizePolicy),
		"minimize_statement_actions":    pyclass.Function("minimize_statement_actions", minimizeStatementActions),
		"expand_minimize_over_policies": pyclass.Function("expand_minimize_over_policies", overPolicies),
	}
	parts := map[string]starlark.StringDict{
		"policy":             {"Policy": policyClass},
		"statement":          {"Statement": statementClass},
		"arn":                {"ARN": arnClass},
		"organization":       {"Organization": organizationClass},
		"expander_minimizer": expander,
		"action_categories": {
			"categories_for_actions": pyclass.Function("categories_for_actions", categoriesForActions),
			"actions_for_category":   pyclass.Function("actions_for_category", actionsForCategory),
		},
	}
	whole := starlark.StringDict{
		"expand_policy":              expander["expand_policy"],
		"get_actions_from_statement": expander["get_actions_from_statement"],
	}
	var modules []runtime.Module
	for name, members := range parts {
		full := "policyuniverse." + name
		modules = append(modules, runtime.Module{Names: []string{full}, Members: members})
		whole[name] = &starlarkstruct.Module{Name: full, Members: members}
	}
	return append(modules, runtime.Module{Names: []string{"policyuniverse"}, Members: whole})
}
