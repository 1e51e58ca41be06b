"""What an act is called on the screen. The chain keeps the code; a code without a word here is shown as it is."""

_BY_APP = {
    "organisation": "create_user 建立账号 grant_role 授予角色 revoke_role 收回角色 set_active 启用或停用账号 change_password 改密码 "
    "adopt_rulebook 采用规则书 refused 越权被拒 move_user 改内设机构",
    "workdays": "import_holidays 录入放假安排",
    "system": "restore 恢复备份",
    "registry": "create_target 新增检查对象 edit_target 修改检查对象 change_status 变更状态 record_flag 登记标记 revoke_flag 撤销标记 "
    "record_permit 登记许可证 record_rating 登记信用评价 record_basis 登记检查依据 record_prior_inspection 登记已有检查 note_checks_below 取下级已做检查 "
    "override_tier 改定层级 end_override 结束改定 recompute_tiers 重算层级 set_tags 改标识 save_term 改标识字典 seed_terms 装入标识字典 review 登记复核 "
    "request_change 申请变更 approve_change 批准变更 return_change 退回变更 withdraw_change 撤回变更 merge_targets 合并对象 "
    "undo_merge 撤销合并 tell_apart 认定不是同一家 compare_permits 对照许可证名单 create_item 新增事项 edit_item 修改事项 "
    "edit_item_parts 修改检查单 approve_item 批准事项 return_item 退回事项 publish_item 公布事项 revise_item 修订事项 repeal_item 废止事项 "
    "ship_items 装入随带清单 propose_remap 提出更换依据 confirm_remap 确认更换依据 drop_remap 放弃更换依据 undo_remap 撤销更换依据 "
    "commit_import 导入名录 undo_import 撤销导入 drop_import 放弃导入",
    "personnel": "create_inspector 新增检查人员 edit_inspector 修改检查人员 register_absence 登记请假 end_absence 销假 link_user 关联账号 "
    "deactivate 停止抽取 reactivate 恢复抽取 register_certificate 登记执法证 correct_certificate 更正执法证 revoke_certificate 注销执法证 register_posting 登记任职 add_speciality 新增专长 replace_speciality 改专长名称 retire_speciality 停用专长 create_assistant 新增辅助人员 edit_assistant 修改辅助人员 end_commission 终止委托 note_omission 登记不入库原因 end_omission 撤销不入库原因 bring_up_to_date 按日生效 "
    "commit_import 导入人员 undo_import 撤销导入 drop_import 放弃导入",
    "planning": "create_plan 编制计划 edit_details 修改计划 edit_task 修改任务 submit_plan 计划送审 approve_plan 批准计划 return_plan 退回计划 "
    "issue_plan 印发计划 file_plan 计划备案 amend_plan 修订计划 recalculate 重新计算 set_months 分到各月 set_manual 手工定数 "
    "confirm_quotas 确认配额 request_override 申请例外 approve_override 批准例外 refuse_override 不批例外 simulate_year 年度模拟 "
    "note_drawn 记已抽 note_voided 记抽取中止 note_published 记已公开 note_make_up 记补抽 note_duty_done 报送办结 "
    "attach_evidence 附例外证据 set_area_profile 填片区情况 add_plan_file 附计划文件 remove_plan_file 撤计划文件 add_participant 加参与方 "
    "remove_participant 撤参与方 record_agreement 登记同意文件 drop_task 删任务 add_own_task 自设任务 change_own_task 改自设任务 "
    "drop_own_task 撤自设任务 add_rule_note 附规则解释 withdraw_rule_note 收回规则解释 widen_scope 扩大范围 set_weights 设权重",
    "draws": "prepare 新建抽取会 revise 改抽取会 announce 公告抽取会 confirm_preparation 确认准备 confirm_presence 确认到场 freeze 冻结名单 "
    "add_seat 加席位 edit_seat 改席位 remove_seat 撤席位 reissue_code 换席位码 print_codes 打印席位码 join 入席 join_own 本人入席 slip 封签 "
    "speak 代记数字 confirm_spoken 本人核对 enter_lottery 录入彩票号 open_slip 开签 seal 锁定种子 resume 恢复 pause 暂停 go_on 继续 limit 定时限 "
    "void 中止抽取 withdraw 撤下抽取会 retry 重抽 sign 签字 note_unsigned 记未签字 close 封存 deposit_chain_b 存入另一半密钥 "
    "release_b 交出另一半密钥 restore_secret 找回密钥 print_sealed_copy 打印密封件 spotcheck 抽查冻结名单 unmask 打开名称 open_names 公开名称 "
    "certify 出抽取证明 certify_party 出对象证明 declare_conflict 登记利害关系 withdraw_conflict 撤销利害关系 request_replacement 申请替换 "
    "decide_replacement 批准替换 start_round 替补抽取 note_started 记检查开始 ask_pool_change 申请调整名单 approve_pool_change 批准调整名单 "
    "endorse_pool_change 核可调整名单 refuse_pool_change 不批调整名单 rehearse_seeds 可行性试抽 "
    "redeclare_conflict 改报利害关系 ask_withdrawal 申请撤销利害关系 refuse_withdrawal 不准撤销利害关系 confirm_conflicts 年度确认利害关系 "
    "see_conflicts 查看利害关系 note_conflict_looks 记录查看利害关系 answer_swap 答复互换 ask_swap_again 再问互换 open_visited 检查后公开名称 "
    "register_off_platform 登记平台外抽取 decide_off_platform 批准平台外抽取 void_off_platform 作废平台外抽取",
    "inspections": "create_visits 生成检查任务 dispatch 派发通知 arrive 到场亮证 set_production_state 填生产状态 save_item 填检查事项 "
    "add_evidence 上传证据 name_survey 注明勘查笔录 finish 检查结束 submit_record 签字提交 review 审核结果 reopen 退回更正 waive 免予检查 open_followup 登记后续 "
    "set_followup_terms 填整改要求 close_followup 后续办结 receive_feedback 企业评价 renew_papers 重新生成文书 file_case 归档 hand_over 移送 "
    "note_receipt 移送回执 open_audit 登记稽查 add_finding 登记稽查问题 rectify_finding 登记稽查整改 judge_finding 认可稽查整改 conclude_audit 办结稽查 import_field 导入移动执法记录 check_file 核对文件 commit_import 导入移动执法数据 undo_import 撤销导入 drop_import 放弃导入 add_assistant 加辅助人员 remove_assistant 减辅助人员 register_special 登记非随机检查 decide_special 批准非随机检查 finish_special 登记非随机检查结果 recount 重新点数 "
    "arrange_monitoring 安排同步监测 record_monitoring 登记监测结果 cancel_monitoring 不再监测 add_partner 加参加部门 remove_partner 去掉参加部门",
    "disclosure": "ensure_tasks 列入待公示 refresh_deadlines 重算公示期限 propose 公示送审 approve 批准公示 return 退回公示 publish 发布 "
    "exempt 申请不公开 correct 更正公示 withdraw 撤回公示 receive_objection 收到异议 answer_objection 答复异议",
}

WORDS: dict[str, str] = {
    f"{app}.{code}": word
    for app, text in _BY_APP.items()
    for code, word in zip(text.split()[::2], text.split()[1::2], strict=True)
}


def word_of(act: str) -> str:
    return WORDS.get(act, act)


def acts_called(text: str) -> list[str]:
    """Codes whose word contains the text."""
    return [act for act, word in WORDS.items() if text in word]
