"""All of this app at once, for a new database; one that has taken the single steps keeps them. source: decisions/0049"""

import django.db.models.deletion
import django.utils.timezone
import foundation.ledger.append_only
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    replaces = [('disclosure', '0001_initial'), ('disclosure', '0002_append_only')]

    initial = True

    dependencies = [
        ('draws', '0001_squashed_0011_pool_evidence'),
        ('inspections', '0001_squashed_0011_monitoring_and_partners'),
        ('organisation', '0001_initial'),
        ('planning', '0001_squashed_0009_rule_notes'),
    ]

    operations = [
        migrations.CreateModel(
            name='DisclosureTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('result', '检查结果'), ('draw', '抽取记录'), ('plan', '年度计划')], max_length=8, verbose_name='类别')),
                ('state', models.CharField(choices=[('waiting', '待公示'), ('proposed', '待批准'), ('returned', '退回'), ('approved', '待发布'), ('published', '已公示'), ('exempt', '依法不公开')], default='waiting', max_length=10, verbose_name='状态')),
                ('clock_from', models.DateField(verbose_name='起算日')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='期限')),
                ('provisional', models.BooleanField(default=False, help_text='涉及尚未公布放假安排的年份', verbose_name='期限暂定')),
                ('proposed_at', models.DateTimeField(blank=True, null=True, verbose_name='送审时间')),
                ('approved_at', models.DateTimeField(blank=True, null=True, verbose_name='批准时间')),
                ('nature', models.CharField(choices=[('first', '首次公示'), ('correction', '更正'), ('withdrawal', '撤回'), ('exemption', '不公开')], default='first', max_length=12, verbose_name='所请事项')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='更正或撤回理由')),
                ('draft_sha256', models.CharField(blank=True, help_text='发布时内容与它不同就不能发布', max_length=64, verbose_name='所批内容指纹')),
                ('return_reason', models.CharField(blank=True, max_length=300, verbose_name='退回理由')),
                ('first_published_on', models.DateField(blank=True, help_text='是否按期以它为准，更正不影响', null=True, verbose_name='首次公示日')),
                ('exemption', models.CharField(blank=True, help_text='规则书 disclosure.exempt', max_length=100, verbose_name='不公开情形')),
                ('exemption_reason', models.CharField(blank=True, max_length=300, verbose_name='不公开理由')),
                ('approved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='批准人')),
                ('draw', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='draws.draw', verbose_name='抽取会')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
                ('plan', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='planning.annualplan', verbose_name='年度计划')),
                ('proposed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='拟稿人')),
                ('visit', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='inspections.visit', verbose_name='检查任务')),
            ],
            options={
                'verbose_name': '公示任务',
                'verbose_name_plural': '公示任务',
                'indexes': [models.Index(fields=['state', 'due_on'], name='disclosure_by_due_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('draw', None), ('kind', 'result'), ('plan', None), ('visit__isnull', False)), models.Q(('draw__isnull', False), ('kind', 'draw'), ('plan', None), ('visit', None)), models.Q(('draw', None), ('kind', 'plan'), ('plan__isnull', False), ('visit', None)), _connector='OR'), name='disclosure_is_about_one_thing'), models.CheckConstraint(condition=models.Q(('approved_by', None), models.Q(('approved_by', models.F('proposed_by')), _negated=True), _connector='OR'), name='disclosure_is_approved_by_another', violation_error_message='拟稿人不能批准自己的公示。'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'exempt'), _negated=True), models.Q(models.Q(('exemption', ''), _negated=True), models.Q(('exemption_reason', ''), _negated=True)), _connector='OR'), name='exemption_is_explained'), models.CheckConstraint(condition=models.Q(('state__in', ['waiting', 'proposed', 'returned', 'approved', 'published', 'exempt'])), name='disclosure_state_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('state__in', ['approved', 'exempt']), _negated=True), ('approved_by__isnull', False), _connector='OR'), name='approved_disclosure_has_an_approver'), models.CheckConstraint(condition=models.Q(models.Q(('nature__in', ['correction', 'withdrawal']), _negated=True), models.Q(('reason', ''), _negated=True), _connector='OR'), name='correction_is_explained', violation_error_message='更正或撤回要写明理由。')],
            },
        ),
        migrations.CreateModel(
            name='Objection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('receipt', models.CharField(max_length=20, unique=True, verbose_name='回执号')),
                ('kind', models.CharField(choices=[('objection', '异议'), ('statement', '企业陈述')], default='objection', max_length=10, verbose_name='类别')),
                ('number', models.CharField(db_index=True, max_length=40, verbose_name='公示编号')),
                ('from_name', models.CharField(max_length=60, verbose_name='提出人')),
                ('contact', models.CharField(max_length=60, verbose_name='联系方式')),
                ('text', models.CharField(max_length=1000, verbose_name='异议内容')),
                ('received_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='收到时间')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='答复期限')),
                ('provisional', models.BooleanField(default=False, verbose_name='期限暂定')),
                ('state', models.CharField(choices=[('received', '已收到'), ('answered', '已答复')], default='received', max_length=10, verbose_name='状态')),
                ('accepted', models.BooleanField(blank=True, help_text='异议成立，或企业陈述准予刊登', null=True, verbose_name='采纳')),
                ('answer', models.CharField(blank=True, max_length=1000, verbose_name='答复')),
                ('answered_at', models.DateTimeField(blank=True, null=True, verbose_name='答复时间')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='答复人')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
            ],
            options={
                'verbose_name': '异议',
                'verbose_name_plural': '异议',
                'indexes': [models.Index(fields=['state', 'due_on'], name='objection_by_due_date')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), models.Q(('answer', ''), _negated=True), _connector='OR'), name='answered_objection_has_an_answer'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'answered'), _negated=True), ('accepted__isnull', False), _connector='OR'), name='answered_objection_is_decided')],
            },
        ),
        migrations.CreateModel(
            name='Publication',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('result', '检查结果'), ('draw', '抽取记录'), ('plan', '年度计划')], max_length=8, verbose_name='类别')),
                ('number', models.CharField(max_length=40, verbose_name='公示编号')),
                ('version', models.PositiveSmallIntegerField(default=1, verbose_name='版本')),
                ('nature', models.CharField(choices=[('first', '公示'), ('correction', '更正'), ('withdrawal', '撤回')], default='first', max_length=12, verbose_name='性质')),
                ('reason', models.CharField(blank=True, max_length=300, verbose_name='更正或撤回理由')),
                ('title', models.CharField(max_length=200, verbose_name='标题')),
                ('content', models.TextField(verbose_name='内容（规范 JSON）')),
                ('sha256', models.CharField(max_length=64, verbose_name='指纹')),
                ('search_text', models.TextField(blank=True, verbose_name='检索文字')),
                ('subject', models.CharField(blank=True, max_length=200, verbose_name='对象名称')),
                ('uscc', models.CharField(blank=True, db_index=True, max_length=18, verbose_name='统一社会信用代码')),
                ('area', models.CharField(blank=True, max_length=60, verbose_name='乡镇')),
                ('tier', models.CharField(blank=True, max_length=16, verbose_name='层级')),
                ('items', models.TextField(blank=True, help_text='每个事项前后各一竖线', verbose_name='检查事项')),
                ('status', models.CharField(blank=True, max_length=60, verbose_name='状态')),
                ('outcome', models.CharField(blank=True, max_length=32, verbose_name='结果')),
                ('happened_on', models.DateField(verbose_name='检查或抽取日期')),
                ('period', models.CharField(blank=True, max_length=8, verbose_name='期')),
                ('published_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='公示时间')),
                ('organisation', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='organisation.organisation', verbose_name='机构')),
                ('published_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='公示人')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='publications', to='disclosure.disclosuretask', verbose_name='公示任务')),
            ],
            options={
                'verbose_name': '公示',
                'verbose_name_plural': '公示',
                'indexes': [models.Index(fields=['kind', '-published_at'], name='publication_by_kind'), models.Index(fields=['kind', 'period'], name='publication_by_period')],
                'constraints': [models.UniqueConstraint(fields=('number', 'version'), name='publication_version_is_unique'), models.CheckConstraint(condition=models.Q(('nature', 'first'), models.Q(('reason', ''), _negated=True), _connector='OR'), name='correction_has_a_reason'), models.CheckConstraint(condition=models.Q(('nature__in', ['first', 'correction', 'withdrawal'])), name='publication_nature_is_known')],
            },
        ),
        foundation.ledger.append_only.AppendOnly(
            model_name='publication',
        ),
    ]
